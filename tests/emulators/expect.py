"""What the checks of an endpoint have in common: clients, and expectations that end the run when they are not met."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
REGION = "eu-west-1"


def endpoint():
    """The endpoint's URL from the command line."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ENDPOINT_URL")
    return sys.argv[1]


def client(service, checked=True):
    """A client without retries; unless `checked`, one that sends whatever it is given."""
    return boto3.client(
        service,
        endpoint_url=endpoint(),
        region_name=REGION,
        aws_access_key_id="AKIDEMO",
        aws_secret_access_key="secret",
        config=Config(
            retries={"total_max_attempts": 1}, parameter_validation=checked
        ),
    )


def check(what, condition, seen=None):
    if not condition:
        sys.exit(f"FAILED: {what}; saw {seen!r}")
    print(f"ok  {what}")


def check_equal(what, seen, expected):
    check(what, seen == expected, seen)


def check_error(what, code, call, **parameters):
    """Makes a call that has to fail with a code, and gives back its message."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        check_equal(f"{what}: {code}", error.response["Error"]["Code"], code)
        return error.response["Error"]["Message"]
    sys.exit(f"FAILED: {what} should answer {code}; saw {answer!r}")
