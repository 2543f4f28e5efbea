// Verifies each token of stdin (a JSON array) with node's jose against the JWK Set at the URL.
import { readFileSync } from 'node:fs'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const keys = createRemoteJWKSet(new URL(process.argv[2]))
const answers = []
for (const token of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    const { payload } = await jwtVerify(token, keys)
    answers.push({ sub: payload.sub })
  } catch (error) {
    answers.push({ error: error.code ?? error.name })
  }
}
console.log(JSON.stringify(answers))
