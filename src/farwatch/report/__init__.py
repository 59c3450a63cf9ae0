"""What a result looks like to people: tables in the terminal, figures, one self-contained page."""
