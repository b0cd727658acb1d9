"""JSON files in a published format: read strictly, held against their JSON Schema, and each mistake named by its path.

Scenarios and ranking bundles are such files. Their schemas stand in facility/data.
"""
