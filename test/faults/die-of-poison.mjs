/**
 * Loaded before the server by the fault tests: stands for a parser that a certain message is too much for. The text
 * that is so is in `POISON`; `POISON_HOW` says what happens: `kill`, `loop` or `hoard`.
 */
const poison = process.env['POISON']
const how = process.env['POISON_HOW']
const parse = JSON.parse

if (poison !== undefined) {
  JSON.parse = (text, reviver) => {
    // Only where the journal is read: the ingress checks posts the same way before it takes them.
    if (String(text).includes(poison) && /limited-parse|apart-thread/.test(new Error().stack ?? '')) {
      if (how === 'kill') process.kill(process.pid, 'SIGKILL')
      const hoard = []
      for (let grown = how === 'hoard'; ; ) {
        if (grown) hoard.push(new Array(1_000_000).fill(hoard.length))
      }
    }
    return parse(text, reviver)
  }
}
