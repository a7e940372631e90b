"""What customers are called and how old they are, by locale.

Names are pools of strings with the numbers that address them; nobody real is in them.
"""
