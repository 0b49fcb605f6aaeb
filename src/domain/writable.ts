/** A record while it is put together; handed on, it is what it was made for and nobody writes to it again. */
export type Writable<T> = { -readonly [Key in keyof T]: T[Key] }
