import { openMail } from './read-mail.ts'
import { newTextOf } from './reply-text.ts'
import { readFileSync, readdirSync } from 'node:fs'
const root='/work/shared/corpus/mail/'
let n=0
const t=Date.now()
for(const d of readdirSync(root)) for (const f of readdirSync(root+d)){
 n++
 const {mail,broken,bodyParts}=await openMail(readFileSync(root+d+'/'+f))
 console.log('=====',d+'/'+f.replace(/.*(resources|fixtures|testmsgs|messages|emails)_/,''), broken?'BROKEN':'', mail.contentType, mail.headers.length)
 console.log('   parts', mail.parts.map(p=>p.contentType+(bodyParts.has(p)?'*':'')+' '+(p.name??'')+' '+p.bytes.length).join(' | '))
 console.log('   text', JSON.stringify(newTextOf(mail.text).slice(0,160)), mail.html?.length)
 console.log('   subj', mail.headers.find(h=>h.name==='subject')?.value, '|', mail.headers.find(h=>h.name==='from')?.value)
}
console.log(n, Date.now()-t)
