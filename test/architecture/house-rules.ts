import type { SourceFile } from './repository.ts'
import { isCode } from './repository.ts'

/** A rule looks at one file and says what is wrong with it, one line for each fault. */
export interface HouseRule {
  readonly name: string
  readonly check: (file: SourceFile) => string[]
}

export const MAX_LINES = 400

const FORBIDDEN_WORDS = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'managers']
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
const HOUSE = /^(src|connectors|web|test)\//
/** Files that a tool insists on reading as a default export. */
const TOOL_SETTINGS = /^([^/]+|web\/[^/]+\/(vite\.config\.ts|postcss\.config\.[cm]?js))$/
/** Channels that exist today or are planned; folders of connectors/ are added to them. */
const KNOWN_CHANNELS = ['telegram', 'whats-app', 'twilio', 'slack', 'imap', 'sms', 'web-chat']
/**
 * Channels whose names mean other things as well, a field of a contact or a choice of one's own: only as the type of a
 * channel they are names.
 */
const ORDINARY_WORDS = ['email', 'custom']

function linesMatching(file: SourceFile, pattern: RegExp, complaint: string): string[] {
  return file.text
    .split('\n')
    .flatMap((line, index) =>
      pattern.test(line) ? [`${file.path}:${index + 1}: ${complaint}: ${line.trim().slice(0, 80)}`] : [],
    )
}

const onlyCode =
  (check: HouseRule['check']): HouseRule['check'] =>
  (file) =>
    HOUSE.test(file.path) && isCode(file.path) ? check(file) : []

const words = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .flatMap((segment) => segment.split(/[.-]/))

const startsWithBase = (path: string): boolean =>
  path.split('/').some((segment) => /^base[.-]?$|^base[.-]/.test(segment))

const shortFiles: HouseRule = {
  name: `files have at most ${MAX_LINES} lines`,
  check: onlyCode((file) => {
    const count = file.text.trimEnd().split('\n').length
    return count > MAX_LINES ? [`${file.path}: ${count} lines`] : []
  }),
}

const kebabCase: HouseRule = {
  name: 'names of files and folders are kebab-case',
  check: onlyCode((file) =>
    file.path
      .split('/')
      .filter((segment) => !KEBAB.test(segment))
      .map((segment) => `${file.path}: "${segment}"`),
  ),
}

const telling: HouseRule = {
  name: 'names say what a file is about (no utils, helpers, common, manager, base)',
  check: onlyCode((file) => {
    const bad = words(file.path).filter((word) => FORBIDDEN_WORDS.includes(word))
    if (startsWithBase(file.path)) bad.push('base')
    return bad.map((word) => `${file.path}: "${word}"`)
  }),
}

const namedExports: HouseRule = {
  name: 'exports are named',
  check: onlyCode((file) =>
    TOOL_SETTINGS.test(file.path)
      ? []
      : linesMatching(file, /^\s*export\s+default\b|\bas\s+default\b(?=.*\})/, 'default export'),
  ),
}

const noPromises: HouseRule = {
  name: 'nothing is left for later',
  check: onlyCode((file) =>
    linesMatching(
      file,
      new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`),
      'unfinished',
    ),
  ),
}

const noSilencing: HouseRule = {
  name: 'no check is silenced',
  check: onlyCode((file) =>
    linesMatching(
      file,
      new RegExp(
        ['eslint-' + 'disable', 'biome-' + 'ignore', '@ts-' + 'ignore', '@ts-' + 'nocheck'].join('|'),
      ),
      'silenced',
    ),
  ),
}

const noMachinePaths: HouseRule = {
  name: "no path of a developer's machine",
  check: (file) =>
    linesMatching(
      file,
      new RegExp(
        `(?<![\\w.@:/-])/(${['ho' + 'me', 'wo' + 'rk', 'ro' + 'ot', 'Us' + 'ers'].join('|')})/[\\w.-]`,
      ),
      'path of a machine',
    ),
}

/** `web-chat` is also spelled webChat, WebChat, web_chat, "web chat" and webchat. */
function channelPattern(channels: readonly string[]): RegExp {
  const spellings = channels
    .filter((name) => !ORDINARY_WORDS.includes(name))
    .map((name) => name.split('-').join('[-_ ]?'))
  // A capital letter ends a word as well, so that `sendSmsNow` is seen and `transmission` is not.
  const bounded = `(?<![a-z])(${spellings.join('|')})(?![a-z])`
  return new RegExp(bounded, 'i')
}

const camelWords = (line: string): string => line.replace(/([a-z0-9])([A-Z])/g, '$1_$2')

function channelBlind(connectors: readonly string[]): HouseRule {
  const pattern = channelPattern([...new Set([...KNOWN_CHANNELS, ...connectors])])
  const wordAsType = new RegExp(
    `\\b(channelType|connectorType|channel\\.type|connector\\.type)\\b\\s*(:|={1,3}|!==?)\\s*['"](${ORDINARY_WORDS.join('|')})['"]`,
  )
  return {
    name: 'the core and the inbox know no channel by name',
    check: onlyCode((file) => {
      if (!/^(src|web\/inbox)\//.test(file.path)) return []
      return file.text.split('\n').flatMap((line, index) => {
        const named = pattern.test(camelWords(line)) || pattern.test(line) || wordAsType.test(line)
        return named ? [`${file.path}:${index + 1}: names a channel: ${line.trim().slice(0, 80)}`] : []
      })
    }),
  }
}

/** All rules that can be judged by one file alone. */
export const houseRules = (connectors: readonly string[]): HouseRule[] => [
  shortFiles,
  kebabCase,
  telling,
  namedExports,
  noPromises,
  noSilencing,
  noMachinePaths,
  channelBlind(connectors),
]

export const brokenRules = (files: readonly SourceFile[], rule: HouseRule): string[] =>
  files.flatMap(rule.check)

const FOLDERS = ['connectors', 'src', 'test', 'web']
const FILES = [
  'CHANGELOG.md',
  'Dockerfile',
  'LICENSE',
  'NOTICE',
  'README.md',
  'SECURITY.md',
  'biome.json',
  'docker-compose.yml',
  'eslint.config.js',
  'knip.json',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]
/** Made by installing, building and running; git ignores them. */
const MADE = ['coverage', 'data', 'dist', 'node_modules']

/** What is too much or missing among the entries of the root folder. Dotfiles are the tools' affair. */
export function rootFaults(entries: readonly string[]): string[] {
  const wanted = [...FOLDERS, ...FILES]
  const found = entries.filter((name) => !name.startsWith('.') && !MADE.includes(name))
  return [
    ...found.filter((name) => !wanted.includes(name)).map((name) => `${name} does not belong in the root`),
    ...wanted.filter((name) => !found.includes(name)).map((name) => `${name} is missing`),
  ]
}
