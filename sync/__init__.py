"""The protocol of Sổ Nhà Nông: pure functions over ops, logs and forms.

Standard library only, no clock, no randomness, no input or output; signatures (`cryptography`)
live in `signing` alone. `PROTOCOL.md` beside this file is the truth that the code follows, and
`pwa/src/core/` is its twin in TypeScript, held to it by `tests/vectors/`.
"""
