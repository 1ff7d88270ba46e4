"""
The report: what the acts found, as one page for people and as JSON for programs, from the same results.

    element  pieces of a page            chart     pictures of figures, as SVG
    style    how the page looks          sections  one section for each act
    page     the whole page              document  the same results as plain values
"""
