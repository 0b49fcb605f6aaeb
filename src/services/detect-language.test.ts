import { describe, expect, it } from 'vitest'
import { detectLanguage } from './detect-language.ts'

describe('the language of a first message', () => {
  it.each([
    ['en', 'Hi, I would like to know where my order is.'],
    ['en', 'please help me with the invoice'],
    ['de', 'Guten Tag, wo ist meine Bestellung? Ich habe noch nichts bekommen.'],
    ['de', 'Können Sie mir bitte helfen?'],
    ['fr', 'Bonjour, où est ma commande ? Je ne l’ai pas reçue.'],
    ['fr', "J'ai un problème avec mon compte"],
    ['es', 'Hola, ¿dónde está mi pedido?'],
    ['es', 'no puedo entrar en mi cuenta, gracias'],
    ['pt', 'Olá, onde está o meu pedido? Não recebi.'],
    ['pt', 'bom dia, preciso de ajuda com a minha conta'],
    ['it', 'Buongiorno, dove è il mio ordine? Non ho ricevuto nulla.'],
    ['it', 'ciao, non riesco a entrare nel mio account, grazie'],
    ['ja', '注文はどこですか'],
    ['ko', '주문이 어디에 있나요'],
    ['zh', '我的订单在哪里'],
    ['ar', 'أين طلبي؟'],
    ['he', 'איפה ההזמנה שלי'],
    ['el', 'Πού είναι η παραγγελία μου;'],
    ['ru', 'Где мой заказ?'],
    ['uk', 'Де моє замовлення? Чи є новини?'],
    ['th', 'คำสั่งซื้อของฉันอยู่ที่ไหน'],
    ['hi', 'मेरा ऑर्डर कहाँ है'],
  ])('%s: %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
  })

  it.each([
    ['a name', 'Marco'],
    ['a number', '12345'],
    ['nothing', ''],
    ['signs', '👍 !!!'],
    ['another one', 'Hej, hvor er pakken?'],
  ])('is unknown for %s', (_, text) => {
    expect(detectLanguage(text)).toBeUndefined()
  })

  it('is told from the beginning of a long text, in no time', () => {
    expect(detectLanguage(`Where is my order? ${'x'.repeat(1_000_000)}`)).toBe('en')
  })
})
