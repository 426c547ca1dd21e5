"""The guides of `docs/guides`: pictures are taken from the demo by a browser, their pages set by typst."""
