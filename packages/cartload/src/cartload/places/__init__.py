"""Where customers live: cities, streets, postal codes and phone numbers of each country.

Also the published rules of each country that the checker holds addresses and numbers to.
"""
