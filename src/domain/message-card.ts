/** Something in a message that is neither text nor file, as every channel may show it. */
export type MessageCard =
  | {
      readonly kind: 'location'
      /** Degrees, WGS 84. */
      readonly latitude: number
      readonly longitude: number
      readonly name?: string
      readonly address?: string
    }
  | {
      readonly kind: 'contact'
      readonly name: string
      readonly phones: readonly string[]
      readonly emails: readonly string[]
    }
  | {
      /** The customer pressed a button of ours, or chose from a list. */
      readonly kind: 'choice'
      readonly label: string
      readonly payload?: string
    }
