"""More that goes and more that stays, in the words of people who paste; and wrapped secrets.

The cases are written as in test_redact: « » goes, ⟨ ⟩ and ‹kind:length› stay.
"""

import random

import pytest
from test_redact import built, jwt, made

from bot.redact import redact

SECRETS = [
    '"authorization": {"token": "«u:40»"}',
    "secret: { apiKey: '«u:40»' }",
    "Authorization: «a:24»",
    "Authorization: «=s3cr3t-of-ours»\n⟨accept: */*⟩",
    (
        "-----BEGIN RSA PRI"
        "VATE KEY-----\\n«b:64»\\n«b:64»\\n«b:30»==\\n-----END RSA PRI"
        "VATE KEY----- ⟨as one env line⟩"
    ),
    (
        "PRIVATE_KEY='-----BEGIN PRI"
        "VATE KEY-----\n«b:64»\n«b:64»\n-----END PRI"
        "VATE KEY-----'\n⟨NODE_ENV=production⟩"
    ),
    (
        "```\n-----BEGIN EC PRI"
        "VATE KEY-----\n«b:64»\n«b:64»\n«b:20»==\n-----END EC PRI"
        "VATE KEY-----\n```\n⟨works with ES256?⟩"
    ),
    ("-----BEGIN RSA PRIVATE KEY-----\n«b:64»\n«b:64»\n[...]\n⟨I cut the rest⟩"),
    ("-----BEGIN DSA PRIVATE KEY-----\n«b:64»\n-----END DSA PRIVATE KEY-----\n⟨dsa⟩"),
    ("| -----BEGIN PRIVATE KEY-----\n| «b:64»\n| «b:64»\n| -----END PRIVATE KEY-----\n⟨piped⟩"),
    ("* -----BEGIN PRIVATE KEY-----\n* «b:64»\n* -----END PRIVATE KEY-----\n⟨starred⟩"),
    (
        "    -----BEGIN OPENSSH PRI"
        "VATE KEY-----\n    «b:70»\n    «b:70»\n    «b:12»=\n    -----END OPENSSH PRI"
        "VATE KEY-----\n⟨git@github.com: Permission denied⟩"
    ),
    (
        "-----BEGIN SSH2 ENCRYPTED PRI"
        'VATE KEY-----\nComment: "rsa-key"\n«b:70»\n«b:70»\n-----END SSH2 ENCRYPTED PRI'
        "VATE KEY-----"
    ),
    (
        '{"type":"service_account","project_id":"⟨acme-1⟩","private_key_id":"‹h:40›","private_key":"-----BEGIN PRI'
        "VATE KEY-----\\n«b:64»\\n«b:64»\\n-----END PRI"
        'VATE KEY-----\\n","client_email":"⟨x@acme-1.iam.gserviceaccount.com⟩"}'
    ),
    (
        '"private_key":"-----BEGIN PRI'
        "VATE KEY-----\\\\n«b:64»\\\\n«b:64»\\\\n-----END PRI"
        'VATE KEY-----\\\\n"'
    ),
    "---- BEGIN SSH2 PUBLIC KEY ----\n‹b:70›\n---- END SSH2 PUBLIC KEY ----",
    ("key.pem:\n«b:64»\n«b:64»\n«b:64»\n-----END PRIVATE KEY-----\n⟨the head scrolled off⟩"),
    "-----BEGIN+PRIVATE+KEY-----%0A«b:64»%0A«b:64»%0A-----END+PRIVATE+KEY-----",
    "-----BEGIN%20RSA%20PRIVATE%20KEY-----%0A«a:64»%0A«a:64»%0A-----END%20RSA%20PRIVATE%20KEY-----",
    ("<pre>-----BEGIN PRIVATE KEY-----<br>«b:64»<br>«b:64»<br>-----END PRIVATE KEY-----</pre>"),
    ("–––––BEGIN PRIVATE KEY–––––\n«b:64»\n«b:64»\n–––––END PRIVATE KEY–––––"),
    ("—–BEGIN RSA PRIVATE KEY—–\n«b:64»\n«b:64»\n—–END RSA PRIVATE KEY—–"),
    "token: «jwt»; ⟨exp is tomorrow⟩",
    "<«jwt»> ⟨in brackets⟩",
    "(«jwt») ⟨in parens⟩",
    "[«jwt»] ⟨list⟩",
    "token=«jwt»\\n⟨next⟩",
    "'token': b'«jwt»', ⟨'x': 1⟩",
    "Bearer: «jwt» ⟨with colon⟩",
    "JWT «jwt» ⟨as the scheme⟩",
    "*«jwt»* ⟨bold⟩",
    "~«jwt»~ ⟨struck⟩",
    "/«jwt»/ ⟨slashes⟩",
    "idToken:«jwt»,accessToken:«jwt»",
    "«jwt»«jwt» ⟨twice glued⟩",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6Ijg4In0=.eyJzdWIiOiJ1c2VyLTc3IiwiaXNzIjoidXJuIn0=.«b:86» ⟨padded⟩",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6Ijg4In0%2EeyJzdWIiOiJ1c2VyLTc3IiwiaXNzIjoidXJuIn0%2E«u:86» ⟨dots encoded⟩",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6Ijg4In0 . eyJzdWIiOiJ1c2VyLTc3IiwiaXNzIjoidXJuIn0 . «u:86» ⟨spaced⟩",
    "header: eyJhbGciOiJSUzI1NiIsImtpZCI6Ijg4In0\npayload: «=eyJzdWIiOiJ1c2VyLTc3IiwiaXNzIjoidXJuIn0»\nsignature: «u:86»",
    "...«=eyJzdWIiOiJ1c2VyLTc3IiwiaXNzIjoidXJuIn0».«u:86» ⟨I cut the head⟩",
    "it ends in .«u:86» ⟨right?⟩",
    "JWE eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..«u:16».«u:200».«u:22» ⟨next-auth⟩",
    "next-auth.session-token=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..«u:16».«u:200».«u:22»; ⟨Path=/⟩",
    "eyJhbGciOiJIUzI1NiJ9.e30.«u:43» ⟨empty claims⟩",
    "ew0KICAiYWxnIjogIlJTMjU2Ig0KfQ.ew0KICAic3ViIjogImFuYSINCn0.«u:86» ⟨crlf JSON⟩",
    "supabase anon key eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiJ9.«u:43»",
    "eyJhbGciOi\nJSUzI1NiIsImtpZCI6Ijg4In0.eyJzdWIiOiJ1c2VyLTc3Iiwia\nXNzIjoidXJuIn0.«u:60»\n«u:26»\n⟨wrapped by the terminal⟩",
    "> eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyLTc3In0.«u:60»\n> «u:60»\n> «u:26»\n⟨quoted and wrapped⟩",
    'appUserIdToken: \\"«jwt»\\" ⟨escaped⟩',
    "\\u0022«jwt»\\u0022 ⟨unicode escapes⟩",
    "&quot;«jwt»&quot; ⟨html⟩",
    "Invalid token: «jwt» ⟨at verify (/app/x.js:1:2)⟩",
    "⟨jwt malformed⟩: «jwt»",
    "wss://x.example/?t=«jwt» ⟨closed 1006⟩",
    "token\t«jwt»\t⟨tab⟩",
    "«jwt»,⟨sandbox⟩,200",
    "http://localhost:3000/#id_token=«jwt»&⟨state=1⟩",
    "localStorage: { token: «jwt» } ⟨x⟩",
    '-H "Authorization: Bearer «a:40»" ⟨-X POST⟩',
    "Authorization : Bearer «a:40»\n⟨x: y⟩",
    "'authorization', `Bearer «a:40»` ⟨)⟩",
    "Authorization: Bearer\n «a:40» ⟨folded⟩",
    "authorization: bearer «l:32» ⟨gives 401⟩",
    "Auth header is Bearer «u:64».",
    'Authorization: Bearer "«a:40»" ⟨quoted⟩',
    "Authorization: Bearer:«a:40» ⟨oops⟩",
    "Authorization: ApiKey «a:40» ⟨x⟩",
    "Authorization: Token token=«a:40» ⟨rails⟩",
    'Authorization: Digest username="bob", realm="x", nonce="‹h:32›", response="«h:32»"',
    "x-authorization: «a:40»\n⟨a: b⟩",
    "Authorization: Basic «basic»=\n⟨x⟩",
    "basic auth header: Basic «basic» ⟨wrong?⟩",
    "https://svc:«a:16»@⟨jwks.example/keys⟩",
    "http://admin:«=admin123»@⟨10.0.0.5:8080/⟩",
    "amqp://guest:«=gu3st!»@⟨rabbit/⟩",
    "ssh://git:«a:20»@⟨git.example/x⟩",
    "ldap://cn=admin:«=S3cret!»@⟨ldap.example⟩",
    "clickhouse://default:«a:16»@⟨ch.example:9440⟩",
    "libsql://x.turso.io?authToken=«jwt»",
    "mysql+pymysql://u:«a:16»@⟨h/db⟩",
    "nats://u:«a:16»@⟨n:4222⟩",
    "url: 'redis://default:«a:32»@⟨eu1-x.upstash.io:6379⟩'",
    "//user:«a:16»@⟨cdn.example/x⟩",
    "snowflake://u:«=p9ss!»@⟨acc/db⟩",
    "ANON_API_KEY: anon_«b:60»\n⟨ANON_ENV: sandbox⟩",
    "anon_«a:40» vs anon_«a:40» ⟨which is prod?⟩",
    "Bearer anon_«b:80»: ⟨403⟩",
    "“anon_«b:60»” ⟨curly⟩",
    "anon_«b:30»==⟨ ok⟩",
    "apiKey=anon_«a:30»&⟨x=1⟩",
    "key(anon_«a:40») ⟨called⟩",
    "ANON-API-KEY anon_«a:24» ⟨short⟩",
    "anon\\_«a:40» ⟨markdown escape⟩",
    "anon_«a:20»\u200b«a:20» ⟨zero width⟩",
    "Anon_«a:40» ⟨capital⟩",
    "ory_st_«a:32»,⟨ expired⟩",
    "ory_at_«u:43».«u:43»",
    "X-Session-Token ory_st_«a:32» ⟨whoami⟩",
    "ory_wak_«a:32» ⟨workspace⟩",
    "ory_apikey_«a:32»",
    "session_token: ory_«a:40»",
    "token «=ory_st_FAKE»«h:32» ⟨x⟩",
    "AWS: AKIA«U:16», «b:40» ⟨(eu)⟩",
    'aws_session_token="«b:300»"\n⟨output=json⟩',
    "GOOGLE_API_KEY=AIza«u:35»",
    "glrt-«u:20» ⟨runner⟩",
    "xoxb-«d:11»-«a:24» ⟨bot⟩",
    "xapp-1-A«U:10»-«d:13»-«h:64» ⟨socket⟩",
    "xoxs-«d:12»-«d:12»-«h:40»",
    "xwfp-«d:12»-«a:60» ⟨workflow⟩",
    "ghp_«a:36»\n⟨fatal: Authentication failed⟩",
    "github_pat_«a:82»",
    "npm_«a:36» ⟨E403⟩",
    "SENDGRID: SG.«u:22».«u:43»",
    "sk_test_«a:24» ⟨stripe⟩",
    "whsec_«a:32»",
    "sk-ant-api03-«u:93»AA",
    "sk-proj-«u:48»T3BlbkFJ«u:48»",
    "gsk_«a:52» ⟨groq⟩",
    "r8_«a:37» ⟨replicate⟩",
    "pplx-«a:48»",
    "xai-«a:80»",
    "rnd_«a:28» ⟨render⟩",
    "vercel token «a:24» ⟨deploy⟩",
    "nfp_«a:36» ⟨netlify⟩",
    "sbp_«h:40» ⟨supabase⟩",
    "postgresql://postgres.abc:«a:16»@⟨aws-0.pooler.supabase.com:6543/postgres⟩",
    "fly FlyV1 fm2_«b:200» ⟨deploy⟩",
    "pscale_pw_«u:43»",
    "pscale_tkn_«u:43»",
    "doppler dp.pt.«a:40»",
    "EAAC«a:150» ⟨facebook⟩",
    "IGQVJ«a:150» ⟨instagram api⟩",
    "AQED«u:150» ⟨li_at⟩",
    "nk_«a:40»",
    "phx_«a:43» ⟨posthog personal⟩",
    "rzp_live_«a:14» secret «a:24»",
    "shpss_«h:32»",
    "sq0csp-«u:43»",
    "EAAA«u:60» ⟨square⟩",
    "access_token$production$«l:16»$«h:32»",
    "LTAI«a:20» ⟨aliyun⟩",
    "AKID«a:32» ⟨tencent⟩",
    "tok_«a:40»",
    "glptt-«h:40»",
    "CFPAT-«u:43»",
    "CCIPAT_«a:22»_«h:40»",
    "buildkite bkua_«h:40»",
    "dapi«h:32»-2",
    "NRAK-«U:27»",
    "sntryu_«h:64»",
    "lsv2_pt_«h:32»_«h:10»",
    "nvapi-«u:64»",
    "v2.local.«u:200» ⟨paseto⟩",
    "AGE-SECRET-KEY-1«U:58»",
    "discord mfa.«u:84»",
    "MTA«a:23».G«a:5».«u:38» ⟨bot⟩",
    "slack webhook https://hooks.slack.com/workflows/T«U:10»/A«U:10»/«d:18»/«a:24»",
    "https://acme.webhook.office.com/webhookb2/«uuid»@«uuid»/IncomingWebhook/«h:32»/«uuid» ⟨teams⟩",
    "DB_PASS=«=qwerty»\n⟨DB_USER=app⟩",
    "MYSQL_ROOT_PASSWORD: «=rootme»\n⟨ports:⟩",
    "pwd=«=hunter2»;⟨db=x⟩",
    "Passwort: «=Geheim123!»",
    "contraseña: «=Secreta123!»",
    "mot de passe : «=Secret123!»",
    "pass phrase: «=Tr1cky!pass»",
    "my pw is «=Tr1cky!pass» ⟨lol⟩",
    "client-secret: «u:40»",
    'CLIENT_SECRET="«u:40»" ⟨x⟩',
    "app_secret=«h:32»&⟨app_id=1⟩",
    "consumer_secret: «a:50»",
    "encryption_key: «h:64»",
    "ENCRYPTION_KEY=«b:43»=",
    "secretKey=«a:40»",
    "webhookSecret: '«a:32»'",
    "access-token: «a:32»\n⟨accept: x⟩",
    '"apiToken": "«a:32»", ⟨"id": 3⟩',
    "auth_token: «u:22»",
    "X-Auth-Key: «h:37»\n⟨X-Auth-Email: a@b.example⟩",
    "SESSION_SECRET=«=keyboard cat»\n⟨PORT=1⟩",
    "COOKIE_SECRET=«a:32»",
    "HASURA_GRAPHQL_ADMIN_SECRET: «a:32»",
    "BASIC_AUTH_PASSWORD=«=letmein1»",
    'ldapBindPassword: "«=S3c\'ret»"',
    "PASSWORD «=Winter2024!»",
    "password is: «=Winter2024!» ⟨try⟩",
    "password (temp): «=Winter2024!»",
    "creds: bob / «=Winter2024!»",
    "user=bob pass=«=Winter2024!» ⟨host=x⟩",
    "`PASSWORD`: `«=Winter2024!»`",
    '"secret" : "«u:40»"',
    "secret => «a:32»",
    "--secret «a:32» ⟨--id 3⟩",
    "--client-secret='«a:32»' ⟨x⟩",
    "mysql -uroot -p«=Winter2024!» ⟨app⟩",
    "SET PASSWORD = '«=Winter2024!»';",
    "IDENTIFIED BY '«=Winter2024!»' ⟨;⟩",
    "CREATE USER app WITH PASSWORD '«=Winter2024!»';",
    "sshpass -p «=Winter2024!» ⟨ssh bob@h⟩",
    "docker login -u bob -p «=Winter2024!» ⟨ghcr.io⟩",
    "az login -u bob -p «=Winter2024!»",
    "echo «a:36» | docker login --password-stdin ⟨ghcr.io⟩",
    "net use \\\\srv /user:bob «=Winter2024!»",
    "kubectl create secret generic x --from-literal=password=«=Winter2024!»",
    "helm --set auth.password=«=Winter2024!» ⟨x⟩",
    "data:\n  password: «b:24»\n⟨kind: Secret⟩",
    "stringData:\n  api-key: «a:32»",
    'terraform: token = "«a:32»"',
    "variable api_token default «a:32»",
    "TOTP secret «U:32»",
    "recovery code: «l:10»-«l:10»",
    "one-time password «d:6» ⟨x⟩",
    "otp=«d:6»",
    "cookie: __Secure-next-auth.session-token=«u:200»; ⟨lang=en⟩",
    "Cookie: connect.sid=s%3A«u:32».«b:43»",
    "Cookie: auth=«a:30», other=«a:30»",
    "Cookie sessionid=«d:11»%3A«a:14»%3A20%3AAY«u:40»",
    'document.cookie\n"sid=«a:30»; theme=dark"',
    "set-cookie: token=«a:40»; Max-Age=3600; ⟨Path=/⟩",
    "set-cookie: a=«a:24»; path=/\nset-cookie: b=«a:24»; ⟨path=/⟩",
    "reqHeaders: {cookie: 'a=«a:24»'}",
    "x_ga=GA1.2.‹d:10›.‹d:10›",
    "curl 'https://x.example' -H 'cookie: cf_clearance=«u:43»-1700000000-1.2.1.1-«u:60»; __cf_bm=«u:43»'",
    '{"kty":"RSA","kid":"‹u:27›","e":"AQAB","n":"‹u:342›","d":"«u:342»","dp":"«u:171»","dq":"«u:171»","p":"«u:171»","q":"«u:171»","qi":"«u:171»","alg":"RS256"}',
    '{"kty":"EC",\n "d":"«u:43»",\n "crv":"P-256",\n "x":"‹u:43›",\n "y":"‹u:43›"}',
    '{"keys":[{"kty":"oct","k":"«u:43»","kid":"a"}]}',
    'd = "«u:43»" ⟨of the Ed25519 key⟩',
    "kty=EC d=«u:43» x=‹u:43› y=‹u:43›",
    "private exponent d: «u:342»",
    '"D": "«u:342»", "kty":"RSA"',
    "%7B%22kty%22%3A%22EC%22%2C%22d%22%3A%22«u:43»%22%7D",
    "https://share.1password.com/s?x=1#«u:43»",
    "1Password link: share.1password.com/s#«u:43» ⟨valid 7 days⟩",
    "https://share.1password.ca/s#«u:43»",
    "op://Private/anon/credential is «a:32»",
    "got «b:64»== ⟨back⟩",
    "secret-looking thing: «u:50»",
    "«a:32» ⟨?⟩",
    "paste: «u:86»\n⟨thanks⟩",
    "key1=«b:44»= ⟨x⟩",
    "value «b:60» ⟨from the vault⟩",
]

KEPT = [
    "⟨set `SLACK_APP_TOKEN`, `SLACK_SIGNING_SECRET` and `ANON_API_KEY`, `ANON_DEFAULT_ENV`⟩",
    "⟨codes `two_signing_keys`, `unknown_kty_ignored`⟩",
    '⟨"authorization": {"jwksUri": "https://a.example/.well-known/jwks.json", "idClaim": "sub"}⟩',
    '⟨authorization:=\'{"jwksUri":"http://localhost:8080/jwks"}\'⟩',
    "⟨authorization: { jwksUri: 'https://a.example/jwks' }⟩",
    "⟨authorization: Authorization_; organizationId: string⟩",
    '⟨authorization = document.get("authorization")⟩',
    '⟨headers={"Authorization": session_token}⟩',
    "⟨const key = crypto.createPublicKey({ key: pem, format: 'pem' })⟩",
    "⟨key = ec.generate_private_key(ec.SECP256R1())⟩",
    "⟨User: arn:aws:iam::000000000000:user/deployer is not authorized⟩",
    "anon-support keys retire ‹u:43›",
    '{"kty":"RSA","use":"sig","alg":"RS256","kid":"‹u:27›","n":"‹u:342›","e":"AQAB"}',
    '{"keys":[{"kty":"EC","crv":"P-521","x":"‹u:88›","y":"‹u:88›","kid":"⟨ec-1⟩"}]}',
    "kty: EC\ncrv: P-256\nx: ‹u:43›\ny: ‹u:43›",
    "n=‹u:342›&e=AQAB",
    '"n": "‹u:171›\n‹u:171›"',
    "kid ‹u:43› is not among ‹u:43›, ‹u:43›",
    "no key with kid ‹u:27› in the set",
    "the kid in the header is ‹h:40›",
    "kid `‹u:22›`",
    "kids: ‹u:43› ‹u:43›",
    "jwk thumbprint (RFC 7638): ‹u:43›",
    "x5t: ‹u:27›",
    '"x5t#S256":"‹u:43›"',
    "Key ID: ‹u:27›",
    "key id ‹h:32›",
    "kid ‹u:27› was not found",
    "cnf: { jkt: '‹u:43›' }",
    "git checkout ‹h:40›",
    "HEAD is now at ‹h:9› fix",
    "index ‹h:7›..‹h:7› 100644",
    "From https://github.com/a/b\n ⟨* branch⟩ ‹h:40›",
    "sha1: ‹h:40›",
    "md5: ‹h:32›",
    "sha256 ‹h:64› ⟨jwks.json⟩",
    "‹h:64›  ⟨anon-link.zip⟩",
    "sha512:‹h:128›",
    'ETag: "‹h:32›"',
    'ETag: W/"‹h:8›-‹b:27›"',
    'etag "‹h:32›-5"',
    "checksum ‹b:43›=",
    "Digest: SHA-256=‹b:43›=",
    "content-md5: ‹b:22›==",
    "uuid ‹uuid›",
    "trace_id=‹h:32› span_id=‹h:16›",
    "X-B3-TraceId: ‹h:32›",
    "ulid 01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "ksuid 0ujtsYcgvSTl8PAuAdqWYSMnLOv",
    "⟨0ujtsYcgvSTl8PAuAdqWYSMnLOv⟩ request",
    "xid 9m4e2mr0ui3e8a215n4g",
    "cuid ckopqwooh000001la8mbi2im9",
    "nanoid id V1StGXR8_Z5jdHi6B-myT",
    "objectid 507f1f77bcf86cd799439011",
    "snowflake 175928847299117063",
    'integrity="sha256-‹b:43›= sha384-‹b:64›"',
    "integrity: sha512-‹b:86›==",
    '"integrity": "sha1-‹b:27›="',
    "data:image/svg+xml;base64,PHN2Zy‹b:200›=",
    "data:font/woff2;base64,d09GMgAB‹b:300›",
    "url(data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7)",
    "data:text/plain;charset=utf-8;base64,‹b:64›",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ‹b:500›= ⟨ana@laptop⟩",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY‹b:100›= ⟨x⟩",
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t‹b:60›= ⟨yubi⟩",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI‹b:43›",
    "known_hosts: github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI‹b:43›",
    "fingerprint SHA256:‹b:43›",
    "MD5:aa:aa",
    "-----BEGIN PUBLIC KEY-----\n‹b:64›\n‹b:64›\n-----END PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE REQUEST-----\n‹b:64›\n-----END CERTIFICATE REQUEST-----",
    "-----BEGIN RSA PUBLIC KEY-----\n‹b:64›\n-----END RSA PUBLIC KEY-----",
    '"-----BEGIN PUBLIC KEY-----\\n‹b:64›\\n‹b:64›\\n-----END PUBLIC KEY-----"',
    "//# sourceMappingURL=index-‹a:8›.js.map",
    "webpack:///./src/app.tsx?‹h:4›",
    "app.‹h:20›.bundle.js",
    "/_next/static/‹u:21›/_ssgManifest.js",
    "/_next/data/‹u:21›/index.json",
    "/static/css/main.‹h:8›.chunk.css",
    "vite:resolved /node_modules/.vite/deps/chunk-‹U:8›.js?v=‹h:8›",
    "https://cdn.example/assets/index-‹u:8›.js",
    "cache key node-modules-Linux-‹h:64›",
    "actions/cache restored from key: Linux-npm-‹h:64›",
    "Cache restored from key: ‹h:64›",
    "turbo hash ‹h:16›",
    "docker layer sha256:‹h:64›",
    "SdkClient ‹uuid› ⟨(sandbox)⟩",
    "userPoolId=‹uuid›",
    "SDK_CLIENT_ID=‹uuid›",
    "ANON_SDKCLIENT_ID=‹uuid›",
    "clientId: '‹uuid›'",
    "REACT_APP_ANON_SDKCLIENT_ID=‹uuid›",
    'chromeExtensionId: "lbgbplnejdpahnfmnphghjlbedpjjbgd"',
    "⟨chrome-extension://lbgbplnejdpahnfmnphghjlbedpjjbgd/popup.html⟩",
    "⟨svc.sandbox.anon.com⟩",
    "⟨https://link.svc.sandbox.anon.com⟩ blocked",
    "⟨https://svc.sandbox.anon.com/account/api/v1/appIntegration?id=instagram⟩",
    "⟨https://acme.eu.auth0.com/.well-known/jwks.json⟩",
    "⟨https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123/.well-known/jwks.json⟩",
    "⟨https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com⟩",
    "⟨https://login.microsoftonline.com/3c9d6f0a-5f0b-4f0e-9a51-2b7c7d1f6a10/discovery/v2.0/keys⟩",
    "⟨https://clerk.acme.dev/.well-known/jwks.json⟩",
    "⟨https://my-app-git-main-acme-team-9x8y7z.vercel.app/api/jwks⟩",
    "⟨https://a1b2-203-0-113-5.ngrok-free.app/jwks⟩",
    "⟨https://d111111abcdef8.cloudfront.net/jwks.json⟩",
    "⟨https://abcdefghijklmnopqrst.supabase.co/auth/v1/jwks⟩",
    "⟨Error: listen EADDRINUSE: address already in use :::4001⟩",
    "⟨Error translating external user id: 500 - Internal Server Error⟩",
    "⟨TypeError: Cannot read properties of undefined (reading 'appUserIdToken')⟩",
    "⟨error_code=bad_authorization⟩",
    '⟨{"error": "Upstream error"}⟩',
    '⟨{"error":"Forbidden: Access to the requested resource is denied."}⟩',
    "⟨JWSSignatureVerificationFailed: signature verification failed⟩",
    "⟨JWKSNoMatchingKey: no applicable key found in the JSON Web Key Set⟩",
    "⟨SigningKeyNotFoundError: Unable to find a signing key that matches 'k-2024-06'⟩",
    "⟨jose.exceptions.JWTError: Signature verification failed.⟩",
    "⟨jwt.exceptions.ExpiredSignatureError: Signature has expired⟩",
    "⟨Access to fetch at 'https://svc.sandbox.anon.com/account/api/v1/appIntegration?id=instagram' from origin 'https://link.svc.sandbox.anon.com' has been blocked by CORS policy⟩",
    "⟨SyntaxError: Cannot use import statement outside a module⟩",
    "⟨at async Promise.all (index 0)⟩",
    "⟨sub: 'user-123-xyz'⟩ ⟨aud: 'anon'⟩",
    '⟨decoded: {"sub":"external-id-0327","iss":"urn:example:issuer","exp":1797970882}⟩',
    '⟨header {"alg":"RS256","typ":"JWT","kid":"k-2024-06"}⟩',
    "⟨the token is signed with the private key whose public half is in the JWKS⟩",
    "⟨password reset emails are not sent⟩",
    "⟨session: expired, please log in again⟩",
    "⟨secretOrPrivateKey must be an asymmetric key when using RS256⟩",
    "⟨secret or public key must be provided⟩",
    "⟨invalid api key⟩",
    "⟨Please check your API Key.⟩",
    "⟨API key: see 1Password item backend_api_key⟩",
    "⟨ANON_API_KEY is set⟩",
    "⟨api key starts with anon_ and is 84 characters long⟩",
    "⟨token length 843⟩",
    '⟨key_ops: ["verify"]⟩',
    '⟨"use":"sig","alg":"ES256"⟩',
    "⟨keyid: 'acme-prod-1'⟩",
    "⟨PUBLIC_KEY_PATH=./keys/public.pem⟩",
    "⟨openssl rsa -in private.pem -pubout -out public.pem⟩",
    "⟨jwt.verify(token, getKey, { issuer: 'https://a.eu.auth0.com/' })⟩",
    "⟨process.env.JWT_PRIVATE_KEY!.replace(/\\\\n/g, '\\n')⟩",
    "⟨kubectl create secret generic anon --from-file=private.pem⟩",
    "⟨aws secretsmanager get-secret-value --secret-id anon/api-key⟩",
    "⟨const { token } = await res.json()⟩",
    "⟨setToken(data.appUserIdToken)⟩",
    "⟨Authorization: `Bearer ${token}`⟩",
    "⟨authorization: Bearer ********⟩",
    '⟨Bearer realm="anon"⟩',
    "⟨password=***⟩",
    "⟨token=…⟩",
    "⟨anon_***⟩",
    "⟨eyJ...⟩",
    "⟨x-forwarded-for: 203.0.113.5⟩",
    "⟨Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36⟩",
    "⟨2026-01-01T00:00:00.000Z⟩ ⟨1797970882⟩",
    "⟨npm i @anon/sdk-typescript@0.8.3⟩",
    '⟨"resolved": "https://registry.npmjs.org/jose/-/jose-5.9.6.tgz"⟩',
    "⟨_auth: no⟩",
    "x-request-id: ‹a:20›",
    "x-amz-cf-id: ‹u:52›==",
    "x-goog-generation: ‹d:16›",
    "x-guploader-uploadid: ‹u:90›",
    'report-to: {"endpoints":[{"url":"https:\\/\\/a.nel.cloudflare.com\\/report\\/v4?s=‹a:100›%3D"}]}',
    'nonce="‹b:22›=="',
    "csp nonce-‹u:24›",
    "recaptcha sitekey 6L‹u:38›",
    "stripe pk_test_‹a:24›",
    "NEXT_PUBLIC_POSTHOG_KEY=phc_‹a:43›",
    "sentry dsn https://‹h:32›@o12345.⟨ingest.sentry.io/678⟩",
    "cognito pool us-east-1_‹a:9› x",
    "auth0 clientId ‹a:32›",
    "client_id=‹a:32›",
    "appId: '⟨1:123456789012:web:abcdef1234567890abcdef⟩'",
    "gtag ⟨G-ABC123DEF4⟩",
    "req_‹a:14›",
    "evt_‹a:24›",
    "cus_‹a:14›",
    "⟨thread_ts=1700000000.123456⟩",
    "price_‹a:24›",
]


def left_of(secret: str, text: str) -> list[str]:
    """What a reader could still use of a secret: all of it, or twelve characters in a row."""
    if len(secret) < 16:
        return [secret] if secret in text else []
    pieces = [secret[at : at + 12] for at in range(0, len(secret) - 11, 4)]
    return [piece for piece in pieces if piece in text]


@pytest.mark.parametrize("case", SECRETS)
def test_it_goes(case: str) -> None:
    text, gone, kept = built(case)
    redacted = redact(text).text
    assert [left for secret in gone for left in left_of(secret, redacted)] == []
    assert [one for one in kept if one not in redacted] == []
    assert redact(redacted).text == redacted


@pytest.mark.parametrize("case", KEPT)
def test_it_stays(case: str) -> None:
    text, _, kept = built(case)
    redacted = redact(text).text
    assert [one for one in kept or [text] if one not in redacted] == []


PREFIXES = (
    *("", "export ANON_APP_USER_ID_TOKEN=", "Authorization: Bearer ", '    "token": "', "> "),
    "2026-01-01 12:00:00 INFO got token ",
)
BREAKS = ("\n", "\r\n", "\\\n", "\n    ", "\n> ", "\n&gt; ", " \\\n  ", '"\n  + "', "\\n")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("width", [60, 64, 72, 80, 100, 132])
@pytest.mark.parametrize("kind", ["jwt", "anon"])
def test_wrapped_over_lines_of_one_width(
    prefix: str, line_break: str, width: int, kind: str
) -> None:
    chance = random.Random(f"{prefix}{line_break}{width}")
    secret = jwt(chance) if kind == "jwt" else "anon_" + made("b:80", chance)
    whole = prefix + secret
    lines = [whole[at : at + width] for at in range(0, len(whole), width)]
    redacted = redact(line_break.join(lines) + "\nthen `npm run dev` says CORS").text
    pieces = [lines[0][len(prefix) :], *lines[1:]]
    assert [piece for piece in pieces if len(piece) >= 8 and piece in redacted] == []
    assert "npm run dev` says CORS" in redacted


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\ufeff", "\u2060\u200d"])
def test_what_cannot_be_seen_tears_nothing_in_two(mark: str) -> None:
    chance = random.Random(mark)
    for secret in (jwt(chance), "anon_" + made("b:80", chance), "ghp_" + made("a:36", chance)):
        for at in (3, len(secret) // 2, len(secret) - 3):
            redacted = redact(f"a {secret[:at]}{mark}{secret[at:]} b")
            assert redacted.text.startswith("a [redacted ")
            assert redacted.text.endswith("] b")
            (found,) = redacted.found
            assert found.secret == secret[:at] + mark + secret[at:]


def test_emoji_and_other_scripts_keep_their_joiners() -> None:
    text = "\U0001f468\u200d\U0001f469\u200d\U0001f467 ok, \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645, soft\u00adware"
    assert redact(text).text == text
