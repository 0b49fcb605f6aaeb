/** Variables that a message to the customer may hold, written as `{{agent}}`. */
export const MESSAGE_VARIABLES = ['agent', 'contact', 'team'] as const
/** One of {@link MESSAGE_VARIABLES}. */
export type MessageVariable = (typeof MESSAGE_VARIABLES)[number]

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g

const isVariable = (name: string): name is MessageVariable =>
  (MESSAGE_VARIABLES as readonly string[]).includes(name)

/** The names between double braces that are no variable, each once: what a policy check warns of. */
export function unknownVariables(text: string): readonly string[] {
  const names = [...text.matchAll(VARIABLE)].map(([, name]) => name ?? '')
  return [...new Set(names.filter((name) => !isVariable(name)))]
}

/** Fills the variables in. One without a value becomes nothing, and a name that is no variable stays as it is. */
export function fillCustomerMessage(
  text: string,
  values: Readonly<Partial<Record<MessageVariable, string>>>,
): string {
  return text.replace(VARIABLE, (whole, name: string) => (isVariable(name) ? (values[name] ?? '') : whole))
}
