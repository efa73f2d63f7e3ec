"""The demonstration: the newsroom's script, replayed through the steps of the main job into a scratch warehouse, without a network.

`plan` says at which moments something is done, `home` where, `replay` does it, `truth` compares what came of it with what the script
says is true, `records` and `text` are what a reader sees. All but `home` and `replay` are pure.
"""
