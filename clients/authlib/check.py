"""Authlib with its defaults: assertions for the address that is called, without ``kid``, and valid for an hour."""

import json
import os
import subprocess

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from httpx import get
from joserfc.jwk import ECKey, RSAKey

HUB, CLIENT, SECRET = (os.environ[name] for name in ("HUB_URL", "CLIENT_ID", "CLIENT_SECRET"))


def works(client, server):
    """Get a token, use it and revoke it."""
    client.fetch_token(server["token_endpoint"])
    assert client.get(f"{HUB}/v1/referrals").status_code == 200
    used = client.token["access_token"]
    assert client.revoke_token(server["revocation_endpoint"], token=used).status_code == 200
    client.token = {"access_token": used, "token_type": "Bearer"}
    refused = client.get(f"{HUB}/v1/referrals")
    assert refused.status_code == 401, refused.status_code
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def refusal(client, server):
    """Return the error with which a client gets no token."""
    try:
        client.fetch_token(server["token_endpoint"])
    except OAuthError as error:
        return error.error
    return None


def main():
    """Try each method."""
    server = AuthorizationServerMetadata(get(f"{HUB}/.well-known/oauth-authorization-server").json())
    for method in ("client_secret_basic", "client_secret_post"):
        works(OAuth2Client(CLIENT, SECRET, token_endpoint_auth_method=method), server)

    for algorithm, kind, size in (("RS256", RSAKey, 2048), ("PS256", RSAKey, 2048), ("ES256", ECKey, "P-256")):
        name, key = f"authlib-{algorithm}", kind.generate_key(size, auto_kid=False)
        public = {**key.as_dict(private=False), "kid": name}
        register = [os.environ["PYTHON"], os.environ["REGISTER"], name, json.dumps({"keys": [public]})]
        subprocess.run(register, check=True)
        methods = dict.fromkeys(("token_endpoint_auth_method", "revocation_endpoint_auth_method"), "private_key_jwt")
        client = OAuth2Client(name, key, **methods)
        client.register_client_auth_method(PrivateKeyJWT(alg=algorithm))
        works(client, server)

    assert refusal(OAuth2Client(CLIENT, "wrong"), server) == "invalid_client"
    print("result: secret in form and header, RS256, PS256, ES256: token, call, revocation; reads invalid_client")


main()
