"""The world around the judgement: sockets, disk, keys, time and web pages."""
