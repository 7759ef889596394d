"""How fast mockcrm is compared with the alternatives, measured in one run: `python -m benchmarks`.

A benchmark is not a test: it prints ratios and says which targets they meet, and never fails because of one.
"""
