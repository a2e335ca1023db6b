"""boto3's clients of an endpoint."""

import boto3
from botocore.config import Config

from program import ACCESS_KEY, REGION, SECRET_KEY


def client(service, url):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 3, "mode": "standard"}),
    )
