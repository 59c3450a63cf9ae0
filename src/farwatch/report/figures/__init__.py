"""The figures of the page: each module draws one, from a summary or a result, as SVG with its data and its words."""
