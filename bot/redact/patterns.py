"""Tokens that a vendor's prefix gives away."""

# Lengths, counts and lists of words are what these rules are made of.

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.redact.kinds import Hit, Kind, looks_random

_W = r"[A-Za-z0-9_-]"
_A = r"[A-Za-z0-9]"
# base64 as it is found in JSON, URLs and code
B64 = r"(?:[A-Za-z0-9+/_-]|%2[BbFf]|\\/|\\u00(?:2[BbFf]|3[Dd])|%3[Dd]|=(?=[\s\"'=;,&`<)\]]|$))"


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A token known by how it starts."""

    kind: Kind
    gate: str  # a text without this holds no such token
    pattern: re.Pattern[str]
    sure: bool = True  # false: the body has to look random too


def _known(kind: Kind, prefix: str, body: str = _W + "{16,}", *, sure: bool = True) -> Prefixed:
    """A token that starts with these letters, at the start of a word or of an escape's rest."""
    start = (
        rf"(?:(?<![A-Za-z0-9]{prefix})|(?<=%[0-9A-Fa-f]{{2}}{prefix})|(?<=\\[nrt]{prefix}))"
    ).replace("\\\\", "\\")
    gate = re.sub(r"\\(.)", r"\1", prefix)
    return Prefixed(kind, gate, re.compile(f"{prefix}{start}{body}+"), sure)


def _all(
    kind: Kind, prefixes: str, body: str = _W + "{16,}", *, sure: bool = True
) -> list[Prefixed]:
    return [_known(kind, re.escape(one), body, sure=sure) for one in prefixes.split()]


def _free(kind: Kind, gate: str, pattern: str) -> Prefixed:
    """A token of a shape of its own; what counts is the group, if there is one."""
    return Prefixed(kind, gate, re.compile(pattern))


_LIVE = "[A-Za-z0-9_]{10,}"
KNOWN: tuple[Prefixed, ...] = (
    *_all(Kind.AWS_KEY, "AKIA ASIA ABIA ACCA", "[A-Z0-9]{12,}"),
    *_all(Kind.AWS_KEY, "FwoGZXIv IQoJb3JpZ2lu FQoGZXIv ABSK", B64 + "{20,}"),
    _free(Kind.AWS_KEY, "amzn.mws.", rf"amzn\.mws\.{_W}{{16,}}+"),
    _known(Kind.GOOGLE_KEY, "AIza", _W + "{24,}"),
    *_all(Kind.GOOGLE_KEY, "GOCSPX- ya29. ya29.a0 AQ.Ab", r"[A-Za-z0-9._-]{16,}"),
    _free(Kind.GOOGLE_KEY, "1//", rf"(?<![\w/:])1//0{_W}{{20,}}+"),
    _free(Kind.AZURE_KEY, "Q~", r"(?<![\w~.-])[\w~.-]{3}[78]Q~[\w~.-]{24,64}+"),
    _free(Kind.SLACK_TOKEN, "xox", r"xox(?:e\.xox)?[a-z](?:-|%2D)(?:[A-Za-z0-9._=+/-]"
        r"|%[0-9A-Fa-f]{2}){8,}+"),
    _free(Kind.SLACK_TOKEN, "xapp-", rf"xapp-{_W}{{12,}}+"),
    _free(Kind.SLACK_TOKEN, "hooks.slack", r"hooks\.slack(?:-gov)?\.com(?:/|%2F)(?:services"
        r"|workflows"
          r"|triggers|commands|actions|app)(?:/|%2F)((?:[\w/-]|%2F){6,}+)"),
    *(_free(Kind.GITHUB_TOKEN, f"gh{one}_", f"gh{one}_{_A}{{12,}}+") for one in "pousr"),
    _free(Kind.GITHUB_TOKEN, "github_pat_", r"github_pat_\w{16,}+"),
    *_all(Kind.OTHER_TOKEN, "glpat- gldt- glrt- glcbt- glptt- glft- gloas- glimt- glagent-"
        " glsoat- GR1348941",
          "[A-Za-z0-9._-]{12,}"),
    *_all(Kind.OTHER_TOKEN, "ATBB ATATT3x ATCTT3x ATSTT3x BBDC-", r"[A-Za-z0-9_=-]{16,}"),
    *_all(Kind.NPM_TOKEN, "npm_", _A + "{20,}"),
    *_all(Kind.OTHER_TOKEN, "pypi-", sure=False),
    *_all(Kind.OTHER_TOKEN, "rubygems_ dckr_pat_ dckr_oat_ AKCp cmVmdGtu oy2 cio",
          _W + "{20,}", sure=False),
    *_all(Kind.OTHER_TOKEN, "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ sk_org_ whsec_"
        " ak_live_ ek_live_",
          r"[A-Za-z0-9_+/=]{10,}"),
    *_all(Kind.OTHER_TOKEN, "sk-", r"(?=[A-Za-z_-]{0,80}[0-9])[A-Za-z0-9_-]{16,}", sure=False),
    *_all(Kind.OTHER_TOKEN, "sk-ant- sk-proj- sk-svcacct- sk-admin- sk-or-v1- sk-lf- xai- gsk_"
        " pplx- r8_ hf_"
          " api_org_ pcsk_ lsv2_pt_ lsv2_sk_ nvapi- tvly- fw_ csk- jina_ AIPK"),
    *_all(Kind.OTHER_TOKEN, "sbp_ sb_secret_ nfp_ rnd_ fo1_ HRKU- pscale_tkn_ pscale_pw_"
        " pscale_oauth_ napi_"
          " vercel_blob_rw_ vcp_ vck_ supabase_ re_ xkeysib- xsmtpsib-", sure=False),
    *_all(Kind.OTHER_TOKEN, "fm1_ fm2_ fm1a_ fm1r_", r"[A-Za-z0-9+/=_,-]{16,}"),
    *_all(Kind.OTHER_TOKEN, "SG.", r"[\w-]{10,}+\.[\w-]{16,}"),
    _free(Kind.OTHER_TOKEN, "SK", r"(?<!\w)SK[0-9a-fA-F]{32}\b"),
    _free(Kind.OTHER_TOKEN, "key-", r"(?<![\w-])key-[0-9a-f]{32}\b"),
    _free(Kind.OTHER_TOKEN, "-us", r"(?<!\w)[0-9a-f]{32}-us\d{1,2}\b"),
    *_all(Kind.OTHER_TOKEN, "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.",
          r"[A-Za-z0-9._-]{16,}"),
    *_all(Kind.OTHER_TOKEN, "dop_v1_ doo_v1_ dor_v1_ shpat_ shpca_ shppa_ shpss_ shptka_"
        " sq0atp- sq0csp- EAAAE"
          ""),
    _free(Kind.OTHER_TOKEN, "access_token$",
          r"access_token\$(?:production|sandbox)\$[a-z0-9]{8,32}\$[0-9a-f]{32}"),
    *_all(Kind.OTHER_TOKEN, "access-sandbox- access-production- access-development-"
        " secret-live- secret-test-"),
    _free(Kind.OTHER_TOKEN, ":", r"(\d(?:(?<![\w:].)"
        r"|(?<=bot\d))\d{6,11}+:[A-Za-z0-9_-]{30,48}+)(?![\w:])"),
    _free(Kind.OTHER_TOKEN, ".", r"[MNO](?<![\w.-].)[\w-]{22,28}+\.[\w-]{5,8}\.[\w-]{24,50}+"),
    _free(Kind.OTHER_TOKEN, "/api/webhooks/", r"/api/webhooks/(\d{6,24}/[\w-]{16,}+)"),
    _free(Kind.OTHER_TOKEN, "webhook.office.com",
          r"webhook\.office\.com/(webhookb2/[\w@/-]{20,}+)"),
    _free(Kind.OTHER_TOKEN, "k.eyJ", r"(?<!\w)[st]k\.eyJ[\w-]{8,}+\.?[\w-]{0,200}+"),
    *_all(Kind.OTHER_TOKEN, "sntrys_ sntryu_ sntrya_ sntryi_", r"[A-Za-z0-9_+/=-]{16,}"),
    *_all(Kind.OTHER_TOKEN, "hvs. hvb. hvr. s."),
    _free(Kind.OTHER_TOKEN, ".atlasv1.", r"[A-Za-z0-9]{8,20}\.atlasv1\.[\w-]{16,}+"),
    *_all(Kind.OTHER_TOKEN, "lin_api_ lin_oauth_ lin_wh_ ntn_ PMAK- PMAT- figd_ figo_ figu_"
        " dapi dkea NRAK-"
          " NRII- NRRA- NRAA- glc_ glsa_ hcaik_ hcxik_ phx_ phs_ CFPAT- sgp_ tfp_ fio-u- pul-"
          " pnu_ bkua_ bkct_"),
    *_all(Kind.OTHER_TOKEN, "secret_", "(?=[A-Za-z]{0,40}[0-9])" + _A + "{24,}", sure=False),
    *_all(Kind.OTHER_TOKEN, "CCIPAT_ CCIPRJ_ squ_ sqp_ sqa_ tskey- tskey-auth- tskey-api-"
        " dt0c01. dt0s01. dt0s16."
          " FLWSECK_ FLWSECK- EZAK EZTK rdme_ shippo_live_ shippo_test_ duffel_live_"
          " duffel_test_ snyk_uat."
          " LTAI AKID AQVN y0_ p8e- rpa_ ntk_ rzp_live_ cfut_ cfat_ tr_dev_ tr_prod_ ik_live_"
          " vlt_ stytch_",
          r"[A-Za-z0-9._-]{12,}", sure=False),
    *_all(Kind.OTHER_TOKEN, "ops_", r"[A-Za-z0-9_=.-]{20,}"),
    *_all(Kind.OTHER_TOKEN, "Atza| Atzr| Atna|", r"[A-Za-z0-9_+/=-]{8,}"),
    _free(Kind.OTHER_TOKEN, "A3-", r"(?<!\w)A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,6}){4,6}"),
    _free(Kind.OTHER_TOKEN, "pat", rf"(?<!\w)pat{_A}{{14}}\.[0-9a-f]{{40,64}}"),
    _free(Kind.OTHER_TOKEN, "pat-", r"(?<!\w)pat-(?:na|eu|ap)\d-[0-9a-f-]{32,36}"),
    _free(Kind.OTHER_TOKEN, "sl.", r"(?<!\w)sl\.(?:u\.)?[\w-]{50,}+"),
    _free(Kind.OTHER_TOKEN, "EAA", rf"(?<!\w)EAA{_A}{{50,}}+"),
    _free(Kind.OTHER_TOKEN, "IG", rf"(?<!\w)IG(?:QV|AA){_W}{{40,}}+"),
    _free(Kind.OTHER_TOKEN, "AAAAAAAAAAAAAAAA", r"(?<!\w)A{16,32}(?:[A-Za-z0-9]"
        r"|%[0-9A-F]{2}){30,}+"),
    _free(Kind.OTHER_TOKEN, "AAAA", r"(?<!\w)AAAA[\w-]{7}:[\w-]{100,}+"),
    _free(Kind.OTHER_TOKEN, "/", r"[0-2](?<![\w/].)/\d{12,20}(?:/\d{12,20})?:[0-9a-f]{32}\b"),
    _free(Kind.OTHER_TOKEN, "sdk-", r"(?<!\w)sdk-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    _free(Kind.OTHER_TOKEN, "_", rf"2(?<![A-Za-z0-9].){_A}{{26}}_{_A}{{18,24}}\b"),
)  # fmt: skip

PLACEHOLDER_BODY = re.compile(r"[xX*._0-]+|.{0,40}(?:your|YOUR|[xX]{6,}|\*{4}).{0,400}", re.DOTALL)


def known_tokens(text: str) -> Iterator[Hit]:
    """Every token of a vendor that names itself."""
    for token in KNOWN:
        if token.gate not in text:
            continue
        group = token.pattern.groups
        for match in token.pattern.finditer(text):
            body = match[group].removeprefix(token.gate)
            if PLACEHOLDER_BODY.fullmatch(body) or not (token.sure or looks_random(body)):
                continue
            end = match.end(group) - len(match[group]) + len(match[group].rstrip(".-"))
            yield Hit(match.start(group), end, token.kind, "EXAMPLE" not in body)
