import { Router } from 'express'
import { problem } from './answers.ts'
import type { FakeState } from './state.ts'

/** A grey pixel in place of whatever stands elsewhere. */
const REMOTE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mM8c+bMfwAGgALsqZ1nNwAAAABJRU5ErkJggg==',
  'base64',
)

/** Letters as the real server gives them: the whole content, the source, the report, and pictures it fetches. */
export function lettersRouter(state: FakeState): Router {
  const router = Router()
  router.get('/messages/:id/letter', ({ params }, response) => {
    const letter = state.letters.get(params.id)
    if (!letter) return problem(response, 'not-found')
    response.json(letter)
  })
  router.get('/messages/:id/images/:place', ({ params }, response) => {
    const letter = state.letters.get(params.id)
    if (!letter || Number(params.place) >= letter.remoteImages) return problem(response, 'not-found')
    response.type('image/png').send(REMOTE)
  })
  for (const raw of ['source', 'report'] as const) {
    router.get(`/messages/:id/${raw}`, ({ params }, response) => {
      const letter = state.letters.get(params['id'] ?? '')
      if (!letter) return problem(response, 'not-found')
      const headers = letter.headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n')
      response
        .attachment(`${raw}.eml`)
        .type('application/octet-stream')
        .send(`${headers}\r\n\r\n${letter.text}`)
    })
  }
  return router
}
