/** Whether a number is written as it is the same everywhere: `+`, the country, and at most fifteen digits in all (ITU-T E.164). */
export const isE164 = (number: string): boolean => /^\+[1-9]\d{3,14}$/.test(number)
