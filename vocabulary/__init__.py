"""What things are called: frozen records, closed word lists, the error tree and the watch model.

Every other package may import this one; it imports none of them, and nothing here touches a clock, a network or a database.
"""
