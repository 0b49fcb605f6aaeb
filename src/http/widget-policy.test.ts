import { expect, it } from 'vitest'
import { framePolicy } from './widget-policy.ts'

const ancestorsOf = (sources: readonly string[]): string | undefined =>
  framePolicy(sources, 'https://inbox.example')
    .split('; ')
    .find((directive) => directive.startsWith('frame-ancestors'))

it('lets the widget stand where its channel says', () => {
  expect(ancestorsOf([])).toBe('frame-ancestors *')
  expect(ancestorsOf(['https://a.example', 'http://*.b.example:8080'])).toBe(
    'frame-ancestors https://a.example http://*.b.example:8080',
  )
})

it('drops what is no source, and never opens up because of it', () => {
  for (const source of [
    'https://a.example; script-src *',
    "'unsafe-inline'",
    '*',
    'https://a b',
    'https://a,b',
    '',
  ]) {
    expect(ancestorsOf([source])).toBe("frame-ancestors 'none'")
  }
  expect(ancestorsOf(['*', 'https://a.example'])).toBe('frame-ancestors https://a.example')
})

it('allows web sockets to us alone', () => {
  expect(framePolicy([], 'https://inbox.example')).toContain("connect-src 'self' wss://inbox.example;")
})
