import { Router } from 'express'
import multer from 'multer'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import { pageOf, problem } from './answers.ts'
import { LETTERS_CHECK, LETTERS_KIND } from './letters-settings.ts'
import { BOT_KIND, MESSAGES_KIND, TEXTS_KIND } from './messengers-settings.ts'
import { refusePolicy } from './routing-facts.ts'
import type { FakeState } from './state.ts'
import { CAPABILITIES, CONFIG_FIELDS, freshId, profileOf } from './state.ts'

const QR =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Agents, channels, the profile, files and the quarantine. */
export function workspaceRouter(state: FakeState): Router {
  const router = Router()
  const me = () => state.agents[0] as FakeState['agents'][number]
  const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 5_000_000 } })

  router.patch('/profile', ({ body }, response) => {
    Object.assign(me(), body, { version: me().version + 1 })
    response.json(profileOf(state, me()))
  })
  router.put('/profile/password', ({ body }, response) => {
    if (body.currentPassword !== state.password) return problem(response, 'wrong-credentials')
    state.password = body.newPassword
    response.status(204).end()
  })
  router.put('/profile/availability', ({ body }, response) => {
    Object.assign(me(), { availability: body.availability, version: me().version + 1 })
    state.publish([{ type: 'agent.updated', agent: { ...me() } }])
    response.json(profileOf(state, me()))
  })
  router.post('/profile/second-factor', ({ body }, response) => {
    if (body.password !== state.password) return problem(response, 'wrong-credentials')
    response.json({ secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Tributary', qrDataUrl: QR })
  })
  router.post('/profile/second-factor/confirm', ({ body }, response) => {
    if (body.code !== '123456') return problem(response, 'wrong-credentials')
    state.secondFactor = true
    response.json({
      recoveryCodes: Array.from({ length: 8 }, (_, index) => `harbor-${index}4f2-9c1${index}`),
    })
  })
  router.delete('/profile/second-factor', ({ body }, response) => {
    if (body.password !== state.password) return problem(response, 'wrong-credentials')
    state.secondFactor = false
    response.status(204).end()
  })

  router.get('/agents', (_request, response) => void response.json({ items: state.agents }))
  router.post('/agents', ({ body }, response) => {
    const agent = {
      id: freshId(),
      ...body,
      state: 'invited',
      availability: 'offline',
      present: false,
      version: 1,
    }
    state.agents.push(agent)
    response.status(201).json({ agent, inviteLink: 'http://localhost:4200/invite#token=fresh' })
  })
  router.patch('/agents/:id', ({ params, body }, response) => {
    const agent = state.agents.find(({ id }) => id === params.id)
    if (!agent) return problem(response, 'not-found')
    if (body.role) agent.role = body.role
    if (body.deactivated !== undefined) agent.state = body.deactivated ? 'deactivated' : 'active'
    agent.version += 1
    response.json(agent)
  })
  router.post('/agents/:id/invite', (_request, response) => {
    response.json({ inviteLink: 'http://localhost:4200/invite#token=renewed' })
  })

  router.get('/channel-types', (_request, response) => {
    response.json({
      items: [
        {
          type: 'live-chat',
          displayName: 'Live chat',
          summary: 'A chat on your own site, put there with one line.',
          configFields: CONFIG_FIELDS,
          hasWidget: true,
        },
        ...[LETTERS_KIND, MESSAGES_KIND, TEXTS_KIND, BOT_KIND].filter((kind) =>
          state.channels.some(({ type }) => type === kind.type),
        ),
      ],
    })
  })
  router.get('/channels', (_request, response) => void response.json({ items: state.channels }))
  router.get('/channels/:id', ({ params }, response) => {
    const channel = state.channels.find(({ id }) => id === params.id)
    if (!channel) return problem(response, 'not-found')
    response.json(channel)
  })
  router.post('/channels', ({ body }, response) => {
    const channel = {
      ...body,
      id: freshId(),
      typeName: 'Live chat',
      paused: false,
      health: { state: 'unknown' },
      capabilities: CAPABILITIES,
      policy: body.policy ?? PICK_POLICY,
      policyIssues: [],
      skills: body.skills ?? [],
      access: body.access ?? { kind: 'everyone' },
      snippet: '<script async src="http://localhost:4200/widget/loader.js"></script>',
      createdAt: new Date().toISOString(),
      version: 1,
    }
    state.channels.push(channel)
    response.status(201).json(channel)
  })
  router.get('/channels/:id/routing', ({ params }, response) => {
    const channel = state.channels.find(({ id }) => id === params['id'])
    if (!channel) return problem(response, 'not-found')
    response.json(channel)
  })
  router.patch(['/channels/:id', '/channels/:id/routing'], ({ params, body }, response) => {
    const channel = state.channels.find(({ id }) => id === params['id'])
    if (!channel) return problem(response, 'not-found')
    if (body.version !== channel.version) return problem(response, 'version-conflict')
    const { config, categoryId, version: _seen, ...change } = body
    if (change.policy && refusePolicy(state, response, change.policy)) return
    if (categoryId) channel.categoryId = categoryId
    if (categoryId === null) delete channel.categoryId
    Object.assign(channel, change, { config: { ...channel.config, ...config }, version: channel.version + 1 })
    response.json(channel)
  })
  router.post('/channels/:id/check', ({ params }, response) => {
    const channel = state.channels.find(({ id }) => id === params.id)
    if (channel?.type === LETTERS_KIND.type) return void response.json(LETTERS_CHECK)
    // Its outcome is the channel's health from then on.
    if (channel) Object.assign(channel, { health: { state: 'healthy', at: new Date().toISOString() } })
    response.json({ ok: true, detail: 'The channel is ready.' })
  })
  router.post('/channels/:id/secrets/:key/rotate', ({ params }, response) => {
    const channel = state.channels.find(({ id }) => id === params.id)
    if (!channel) return problem(response, 'not-found')
    channel.version += 1
    response.json({ value: 'a-new-secret-shown-once', channel })
  })

  router.post('/attachments', upload.single('file'), ({ file }, response) => {
    if (!file) return problem(response, 'invalid-input', { field: 'file' })
    const id = freshId<string>(32)
    const name = Buffer.from(file.originalname, 'latin1').toString('utf8')
    state.files.set(id, { name, contentType: file.mimetype, bytes: file.buffer })
    response.status(201).json({ id, name, contentType: file.mimetype, sizeBytes: file.size })
  })
  router.get('/attachments/:id', ({ params, query }, response) => {
    const file = state.files.get(params.id)
    if (!file) return problem(response, 'not-found')
    const kind = query['inline'] ? 'inline' : 'attachment'
    response.set('content-disposition', kind).type(file.contentType).send(file.bytes)
  })

  router.get('/quarantine', ({ query }, response) => {
    const items = state.quarantine.map(({ rawBase64: _raw, headers: _headers, ...entry }) => entry)
    response.json(pageOf(items, query['cursor'], query['limit']))
  })
  router.get('/quarantine/:id', ({ params }, response) => {
    const entry = state.quarantine.find(({ id }) => id === params.id)
    if (!entry) return problem(response, 'not-found')
    response.json(entry)
  })
  const forget = (id: string) => {
    state.quarantine = state.quarantine.filter((entry) => entry.id !== id)
  }
  router.post('/quarantine/:id/replay', ({ params }, response) => {
    forget(params.id)
    response.status(202).json({})
  })
  router.delete('/quarantine/:id', ({ params }, response) => {
    forget(params.id)
    response.status(204).end()
  })

  router.get('/api-tokens', (_request, response) => void response.json({ items: state.tokens }))
  router.post('/api-tokens', ({ body }, response) => {
    const token = { id: freshId<never>(), ...body, createdAt: new Date().toISOString() }
    state.tokens.push(token)
    response.status(201).json({ token, secret: 'trb_shown-once' })
  })
  router.delete('/api-tokens/:id', ({ params }, response) => {
    state.tokens = state.tokens.filter(({ id }) => id !== params.id)
    response.status(204).end()
  })
  return router
}
