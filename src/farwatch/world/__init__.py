"""What is true: the Earth, its terrain, how things move over it, and how large they look to a radar."""
