// openid-client with its defaults, but for plain HTTP, because the sandbox is on this computer.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { webcrypto } from 'node:crypto'
import * as client from 'openid-client'

const { HUB_URL, CLIENT_ID, CLIENT_SECRET, PYTHON, REGISTER } = process.env
const KINDS = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
}

async function discovered(id, proof) {
  return client.discovery(new URL(HUB_URL), id, undefined, proof, { execute: [client.allowInsecureRequests] })
}

async function works(config) {
  const { access_token: token } = await client.clientCredentialsGrant(config)
  const listed = () => client.fetchProtectedResource(config, token, new URL(`${HUB_URL}/v1/referrals`), 'GET')
  assert.equal((await listed()).status, 200)
  await client.tokenRevocation(config, token)
  await assert.rejects(listed, (error) => error.cause?.[0]?.parameters?.error === 'invalid_token')
}

await works(await discovered(CLIENT_ID, client.ClientSecretPost(CLIENT_SECRET)))
await works(await discovered(CLIENT_ID, client.ClientSecretBasic(CLIENT_SECRET)))

for (const [alg, kind] of Object.entries(KINDS)) {
  const pair = await webcrypto.subtle.generateKey(kind, true, ['sign', 'verify'])
  const jwk = { ...(await webcrypto.subtle.exportKey('jwk', pair.publicKey)), kid: `openid-client-${alg}` }
  execFileSync(PYTHON, [REGISTER, `openid-client-${alg}`, JSON.stringify({ keys: [jwk] })])
  await works(await discovered(`openid-client-${alg}`, client.PrivateKeyJwt(pair.privateKey)))
}

const wrong = await discovered(CLIENT_ID, client.ClientSecretPost('wrong'))
await assert.rejects(client.clientCredentialsGrant(wrong), { error: 'invalid_client' })

console.log('result: secret in form and header, RS256, PS256, ES256: token, call, revocation; reads invalid_client')
