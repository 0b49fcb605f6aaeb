import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newTextOf } from './reply-text.ts'

/** The line above a quotation, as programs write it. */
const ATTRIBUTIONS: readonly string[] = [
  'On Mon, Jan 1, 2024 at 10:00 AM Ada Byron <ada@example.org> wrote:',
  'On 01/02/2024 10:00, Ada Byron wrote:',
  'Le lun. 1 janv. 2024 à 10:00, Ada <ada@example.org> a écrit :',
  'El lun, 1 ene 2024 a las 10:00, Ada (<ada@example.org>) escribió:',
  'Il giorno lun 1 gen 2024 alle ore 10:00 Ada <ada@example.org> ha scritto:',
  'Em seg., 1 de jan. de 2024 às 10:00, Ada <ada@example.org> escreveu:',
  'Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Ada <ada@example.org>:',
  'Ada <ada@example.org> schrieb am Mo., 1. Jan. 2024, 10:00:',
  'Op ma 1 jan 2024 om 10:00 schreef Ada <ada@example.org>:',
  'Den mån 1 jan. 2024 kl 10:00 skrev Ada <ada@example.org>:',
  'Den man. 1. jan. 2024 kl. 10.00 skrev Ada <ada@example.org>:',
  'ma 1. tammik. 2024 klo 10.00 Ada (ada@example.org) kirjoitti:',
  'pon., 1 sty 2024 o 10:00 Ada <ada@example.org> napisał(a):',
  'пн, 1 янв. 2024 г. в 10:00, Ада <ada@example.org>:',
  '1 янв. 2024 г., в 10:00, Ада <ada@example.org> написал(а):',
  'пн, 1 січ. 2024 р. о 10:00 Ада <ada@example.org> пише:',
  'po 1. 1. 2024 v 10:00 odesílatel Ada <ada@example.org> napsal:',
  'Ada <ada@example.org> ezt írta (időpont: 2024. jan. 1., H, 10:00):',
  'Ada <ada@example.org>, 1 Oca 2024 Pzt, 10:00 tarihinde şunu yazdı:',
  'Στις Δευ 1 Ιαν 2024 στις 10:00 π.μ., ο χρήστης Ada <ada@example.org> έγραψε:',
  '2024年1月1日(月) 10:00 Ada <ada@example.org>:',
  '2024/01/01 10:00、Adaのメッセージ:',
  'Ada <ada@example.org> 于2024年1月1日周一 10:00写道：',
  '在 2024年1月1日，上午10:00，Ada <ada@example.org> 写道：',
  '2024년 1월 1일 (월) 오전 10:00, Ada <ada@example.org>님이 작성:',
  '2024-01-01 10:00 GMT+01:00 Ada <ada@example.org>:',
]

/** The header blocks that Outlook and others write instead. */
const BLOCKS: readonly string[] = [
  'From: Ada <ada@example.org>\nSent: Monday, January 1, 2024 10:00 AM\nTo: Help\nSubject: S',
  'Von: Ada <ada@example.org>\nGesendet: Montag, 1. Januar 2024 10:00\nAn: Hilfe\nBetreff: S',
  'De : Ada <ada@example.org>\nEnvoyé : lundi 1 janvier 2024 10:00\nÀ : Aide\nObjet : S',
  'De: Ada <ada@example.org>\nEnviado el: lunes, 1 de enero de 2024\nPara: Ayuda\nAsunto: S',
  '*Da:* Ada <ada@example.org>\n*Inviato:* lunedì 1 gennaio 2024\n*A:* Aiuto\n*Oggetto:* S',
  'Van: Ada <ada@example.org>\nVerzonden: maandag 1 januari 2024\nAan: Hulp\nOnderwerp: S',
  '差出人: Ada <ada@example.org>\n送信日時: 2024年1月1日\n宛先: Help\n件名: S',
  '发件人: Ada <ada@example.org>\n发送时间: 2024年1月1日\n收件人: Help\n主题: S',
  '-----Original Message-----\nFrom: Ada\nSent: Monday\nTo: Help\nSubject: S',
  '________________________________\nFrom: Ada <ada@example.org>\nSent: Monday\nTo: Help\nSubject: S',
  '-------- Ursprüngliche Nachricht --------\nVon: Ada\nDatum: Montag',
  '---------- Forwarded message ---------\nFrom: Ada <ada@example.org>\nDate: Mon',
]

/** What stands below a text and is neither: combinations, broken lines, old programs. */
const TAILS: readonly string[] = [
  'On Jan 8, 2014 3:13 PM, "Some One" <\nhelp@example.org> wrote:\n\n> q',
  'On Thu, Oct 20, 2016 at 19:37 Some\nOne <x@y.example> wrote:\n\n> q\n\n--\nsig\nname',
  'From: X\nReply-To: Y\nDate: x\nTo: y\nSubject: s\n\nold',
  'Sent from Windows Mail\n\nFrom: Some One\nSent: Thu\nTo: x\n\nold',
  'In article <1234@foo.example>, Some One wrote:\n> q',
  'Some One wrote:\n> q',
  'Quoting X <x@y.example>:\n\n> q',
  'Zitat von X <x@y.example>:\n\n> q',
  '>>> X <x@y.example> 20.10.2016 19:37 >>>\n\nold',
  '-----X <x@y.example> wrote: -----\nTo: a\nFrom: b\nDate: c\nSubject: d\n\nold',
  'Sent from Yahoo Mail on Android\n\n  On Thu, Oct 20, 2016 at 7:37 PM, X<x@y.example> wrote:   old',
  '-------- Original message --------From: X <x@y.example> Date: 10/20/16 To: Z Subject: s old',
  '----- Mail original -----\nDe: "X" <x@y.example>\nÀ: z\nEnvoyé: Jeudi\nObjet: s\n\nold',
  'Envoyé de mon iPhone\n\n> Le 20 oct. 2016 à 19:37, X <x@y.example> a écrit :\n> \n> q',
  '__________________________________\nDo you know our mail?\nIt is free',
  '-- \nSig\n\n-- \nlist footer\nunsubscribe',
]

describe('the new text of a letter', () => {
  it.each(TAILS)('ends above %j', (tail) => {
    expect(newTextOf(`My answer.\nSecond line.\n\n${tail}`)).toBe('My answer.\nSecond line.')
  })

  it.each(ATTRIBUTIONS)('ends above "%s"', (line) => {
    expect(newTextOf(`That works.\n\n${line}\n\n> Old question\n> more of it\n`)).toBe('That works.')
  })

  it.each(BLOCKS)('ends above the block %#', (block) => {
    expect(newTextOf(`That works.\n\n${block}\n\nOld question\n`)).toBe('That works.')
  })

  it.each(ATTRIBUTIONS)('ends above "%s" broken over two lines', (line) => {
    const at = line.indexOf('<') === -1 ? line.lastIndexOf(' ') : line.indexOf('<')
    const broken = `${line.slice(0, at).trimEnd()}\n${line.slice(at)}`
    expect(newTextOf(`That works.\n\n${broken}\n\n> Old question\n`)).toBe('That works.')
  })

  it.each([
    'Sent from my iPhone',
    'Von meinem iPhone gesendet',
    'Envoyé de mon iPhone',
    'Enviado desde mi iPhone',
    'Get Outlook for Android',
    '发自我的 iPhone',
    'Verstuurd vanaf mijn iPad',
  ])('leaves out "%s"', (line) => {
    expect(newTextOf(`That works.\n\n${line}\n`)).toBe('That works.')
  })

  it('keeps quotations that are answered one by one', () => {
    const text = '> First?\n\nYes.\n\n> Second?\n\nNo.'
    expect(newTextOf(text)).toBe(text)
  })

  it('shows the answer below a quotation, not the quotation', () => {
    expect(newTextOf('On Mon, Jan 1, 2024 at 10:00, Ada wrote:\n> Old question\n\nThat works.')).toBe(
      'That works.',
    )
  })

  it('does not take a greeting above a quotation for the whole answer', () => {
    const text = 'Hi Ada,\n\nOn Mon, Jan 1, 2024 at 10:00, Ada wrote:\n> Old question\n\nThat works.'
    expect(newTextOf(text)).toContain('That works.')
  })

  it.each([
    'I wrote: please call me.\nHe said at 10:00 that nobody was there.',
    'My order, in short:\nTo: whom it may concern\nthe rest is history.',
    'a | b\n- | -\n1 | 2',
    'Total: 5\n- one\n- two\n\nBest regards\nAda',
    'My first problem is the login.\n----------\nMy second: it crashes when I pay.\n\nAda',
    'My order:\n=======\nOrder 123\n2 x shoes\n=======\n\nHow do I send them back?',
    'お世話になっております。\n------------\n注文番号：123\n------------\nよろしくお願いします。',
    'Hello,\non 12.03.2024 I wrote:\nmy order 123 is missing.\nNobody answered.',
    'Guten Tag,\nam 12.03.2024 um 14:05 Uhr schrieb ich Ihnen:\nMein Paket fehlt.\nBis heute nichts!',
    'Hi,\nOn 3 March 2024 your colleague Anna wrote:\n"We will refund you."\nI still have no money.',
    'Hi,\nanna@shop.example wrote:\nwe will refund you.\nI still have no money.',
    'Hello,\nyour driver wrote at 14:30:\nnobody at home. I was home!',
    'Log:\n2024-03-12 14:05:11 could not deliver to <ada@example.org>\nconnection closed\nWhat now?',
    'A quote, please:\n\nFrom: Berlin\nTo: Hamburg\nDate: 3 May\nWeight: 20 kg\n\nThanks, Ada',
    'Bitte buchen Sie um:\n\nVon: Konto 123\nAn: Konto 456\nDatum: 3.5.2024\nBetrag: 20 Euro',
    'My data:\nDate: 3 May\nSubject: complaint\nTo: the manager\n\nI want my money back.',
    'Sent via DHL on Monday\nIt never arrived.',
    'I ordered shoes.\n\nSent by post on Monday.',
    'I wrote it on paper,\nsent from my iPhone\nand it still shows the error.',
    'The table:\n\n| a | b\n| 1 | 2',
    'I type\n\nSELECT> now\nSELECT> then',
  ])('leaves alone what only looks alike: %#', (text) => {
    expect(newTextOf(text)).toBe(text)
  })

  it('is the whole where everything is quoted', () => {
    expect(newTextOf('> All of it\n> is quoted')).toBe('> All of it\n> is quoted')
  })

  it('is never empty where there is something to read, and never more than there was', () => {
    const line = fc.oneof(
      fc.constantFrom(
        ...ATTRIBUTIONS,
        ...BLOCKS,
        '--',
        '-- ',
        '> quoted',
        '',
        'Sent from my iPhone',
        'Hello',
        '____',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join('\n')
        const shown = newTextOf(text)
        expect(shown.trim() !== '' || !/[^\s\u1427\u200b-\u200f\ufeff]/u.test(text)).toBe(true)
        expect(shown.length).toBeLessThanOrEqual(text.length)
      }),
    )
  })
})
