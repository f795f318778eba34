// oauth4webapi with its defaults, but for plain HTTP, because the sandbox is on this computer.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { webcrypto } from 'node:crypto'
import * as oauth from 'oauth4webapi'

const { HUB_URL, CLIENT_ID, CLIENT_SECRET, PYTHON, REGISTER } = process.env
const http = { [oauth.allowInsecureRequests]: true }
const issuer = new URL(HUB_URL)

const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' }),
)
assert.deepEqual(server, await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http)))

async function granted(client, proof) {
  const response = await oauth.clientCredentialsGrantRequest(server, client, proof, {}, http)
  return oauth.processClientCredentialsResponse(server, client, response)
}

async function works(client, proof) {
  const { access_token: token } = await granted(client, proof)
  const listed = () =>
    oauth.protectedResourceRequest(token, 'GET', new URL(`${HUB_URL}/v1/referrals`), undefined, undefined, http)
  const claims = await oauth.validateJwtAccessToken(
    server,
    new Request(`${HUB_URL}/v1/referrals`, { headers: { authorization: `Bearer ${token}` } }),
    `${HUB_URL}/v1`,
    http,
  )
  assert.equal(claims.client_id, client.client_id)
  assert.equal((await listed()).status, 200)
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, proof, token, http))
  await assert.rejects(listed, (error) => error.cause?.[0]?.parameters?.error === 'invalid_token')
}

await works({ client_id: CLIENT_ID }, oauth.ClientSecretPost(CLIENT_SECRET))
await works({ client_id: CLIENT_ID }, oauth.ClientSecretBasic(CLIENT_SECRET))

for (const alg of ['RS256', 'PS256', 'ES256']) {
  const id = `oauth4webapi-${alg}`
  const pair = await oauth.generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await webcrypto.subtle.exportKey('jwk', pair.publicKey)), kid: id }
  execFileSync(PYTHON, [REGISTER, id, JSON.stringify({ keys: [jwk] })])
  await works({ client_id: id }, oauth.PrivateKeyJwt({ key: pair.privateKey, kid: id }))

  const other = await oauth.generateKeyPair(alg)
  await assert.rejects(granted({ client_id: id }, oauth.PrivateKeyJwt(other.privateKey)), { error: 'invalid_client' })
}

await assert.rejects(granted({ client_id: CLIENT_ID }, oauth.ClientSecretPost('wrong')), { error: 'invalid_client' })
await assert.rejects(
  granted({ client_id: CLIENT_ID }, oauth.ClientSecretBasic('wrong')),
  (error) => error instanceof oauth.WWWAuthenticateChallengeError,
)

console.log('result: secret in form and header, RS256, PS256, ES256: token, call, revocation; reads invalid_client')
