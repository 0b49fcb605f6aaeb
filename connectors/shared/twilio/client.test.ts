import { expect, it } from 'vitest'
import { placeOf, type TwilioContext } from './client.ts'

const config = (apiBaseUrl: string, contentBaseUrl?: string) =>
  ({ apiBaseUrl, ...(contentBaseUrl === undefined ? {} : { contentBaseUrl }) }) as TwilioContext['config']

it.each([
  [
    'https://api.twilio.com/2010-04-01/x?y=1',
    config('https://api.twilio.com'),
    'https://api.twilio.com/2010-04-01/x?y=1',
  ],
  [
    'https://messaging.twilio.com/v1/x',
    config('https://api.twilio.com'),
    'https://messaging.twilio.com/v1/x',
  ],
  [
    'https://messaging.twilio.com/v1/x',
    config('https://api.dublin.ie1.twilio.com/'),
    'https://messaging.dublin.ie1.twilio.com/v1/x',
  ],
  ['https://api.us1.twilio.com/x', config('https://api.twilio.com'), 'https://api.twilio.com/x'],
  [
    'https://content.twilio.com/v1/x',
    config('https://api.twilio.com', 'https://c.example/'),
    'https://c.example/v1/x',
  ],
  ['https://api.twilio.com/x', config('http://127.0.0.1:4000'), 'http://127.0.0.1:4000/x'],
  ['https://messaging.twilio.com/x', config('http://127.0.0.1:4000'), 'http://127.0.0.1:4000/x'],
])('%s is called where the settings say', (given, settings, place) => {
  expect(placeOf(new URL(given), settings)).toBe(place)
})
