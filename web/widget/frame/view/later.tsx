import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

const RETRY_MS = 3_000

/** A part of the screen that most visits do not need: it is read when it is first shown. */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => JSX.Element | null {
  let loaded: ComponentType<Props> | undefined
  return (props) => {
    const [, redraw] = useState(0)
    useEffect(() => {
      const read = (): unknown =>
        loaded ||
        load().then(
          (part) => {
            loaded = part
            redraw(1)
          },
          () => setTimeout(read, RETRY_MS),
        )
      read()
    }, [])
    const Part = loaded
    return Part ? <Part {...props} /> : null
  }
}
