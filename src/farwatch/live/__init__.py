"""The air picture as it happens: surveillance data from the network in, tracks out. Detection and tracking only.

`sources` receives datagrams, `hearing` reads them, `instant` says what time it is in the picture, `scans` shares plots
out into the batches of each sensor, `tracker` makes tracks of them, `telling` says what is in the picture, `health` how
the service is, and `service` is the loop. Nothing here knows of weapons: a contract and a test keep it so.
"""
