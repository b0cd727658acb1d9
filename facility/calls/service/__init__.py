"""Commands on calls: one person drafts, another publishes, corrects or cancels; time closes.

Locks: the envelope, the call, then a question; later rooms lock applications after the call.
"""
