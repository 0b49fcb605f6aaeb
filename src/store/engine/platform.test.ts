import { expect, it } from 'vitest'
import { currentPlatform, platformSupport } from './platform.ts'

it.each([
  ['linux', 'x64', '2.41', 'as-published'],
  ['linux', 'arm64', '2.38', 'as-published'],
  ['linux', 'x64', '3.0', 'as-published'],
  ['linux', 'x64', '2.37', 'patched'],
  ['linux', 'arm64', '2.36', 'patched'],
  ['darwin', 'arm64', undefined, 'as-published'],
])('%s %s with glibc %s: %s', (os, processor, glibc, kind) => {
  expect(platformSupport({ os, processor, glibc }).kind).toBe(kind)
})

it.each([
  ['linux', 'x64', '2.35', 'glibc 2.35'],
  ['linux', 'x64', undefined, 'musl'],
  ['linux', 'riscv64', '2.41', 'riscv64'],
  ['darwin', 'x64', undefined, 'Intel'],
  ['win32', 'x64', undefined, 'Windows'],
  ['freebsd', 'x64', undefined, 'freebsd'],
])('%s %s with glibc %s is refused in one line that says what to do', (os, processor, glibc, named) => {
  const support = platformSupport({ os, processor, glibc })
  const message = support.kind === 'unsupported' ? support.message : ''
  expect(message).toContain(named)
  expect(message).toContain('MONGODB_URI')
  expect(message).not.toContain('\n')
})

it('names the platform it runs on', () => {
  const { os, processor } = currentPlatform()
  expect([os, processor]).toEqual([process.platform, process.arch])
})
