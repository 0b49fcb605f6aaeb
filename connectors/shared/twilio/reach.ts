/** Names and addresses that mean this machine or its neighbours, and are nothing on the internet. */
const LOCAL =
  /^(localhost|[^.:]+|.+\.(localhost|local|internal|test)|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|\[::1\])$/i

const isLocal = (url: string): boolean => URL.canParse(url) && LOCAL.test(new URL(url).hostname)

/**
 * Whether Twilio can call an address of ours. It refuses a message that names one it cannot: then none is named, and
 * what became of the message is found out by asking. A fake beside us can call whatever we can.
 */
export const canCall = (webhookUrl: string, apiBaseUrl: string): boolean =>
  !isLocal(webhookUrl) || isLocal(apiBaseUrl)
