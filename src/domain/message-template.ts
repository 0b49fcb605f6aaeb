/** A message that the platform has approved beforehand, which may go out when free text may not. */
export interface MessageTemplate {
  /** The platform's id. */
  readonly id: string
  readonly name: string
  /** BCP 47, as the platform says it. */
  readonly language: string
  readonly category?: string
  /** What the customer reads, with its gaps as `{{key}}`. */
  readonly body: string
  /** In the order of their first appearance in the body. */
  readonly variables: readonly { readonly key: string; readonly example?: string }[]
  /** Labels of buttons below the text. */
  readonly buttons: readonly string[]
  /** Files that come with it, by their names or addresses; for showing only. */
  readonly media: readonly string[]
  /** Why it cannot be sent now, in words; absent when it can. */
  readonly unusable?: string
}

/** A template as an agent filled it in. */
export interface FilledTemplate {
  readonly id: string
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
}
