"""Parts of a page in Markdown that scripts write, between markers <!-- name: begin --> and <!-- name: end -->."""


def rows(header, body):
    """A table; all cells text."""
    lines = [header, ["---"] * len(header), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def part(page, name):
    """What stands between the markers now."""
    return page.split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0].strip()


def with_part(page, name, text):
    """The page with something else between the markers."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}"
