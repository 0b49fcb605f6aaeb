#!/bin/sh
# Posts a customer's message. WEBHOOK_URL is the channel's address, SECRET its secret for what comes in (whsec_…).
set -eu
body='{"type":"message","id":"m-1001","from":{"id":"customer-7","name":"Ada"},"text":"Where is my order?"}'
id="evt_$(openssl rand -hex 12)" && time=$(date +%s)
key=$(printf %s "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$(printf %s "$id.$time.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
curl -sS --fail-with-body "$WEBHOOK_URL" -H 'content-type: application/json' --data-raw "$body" \
  -H "webhook-id: $id" -H "webhook-timestamp: $time" -H "webhook-signature: v1,$signature"
