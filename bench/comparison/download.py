"""Downloads all objects below a prefix, each whole, some at a time, to nowhere."""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

BLOCK_BYTES = 1 << 20


def main() -> None:
    endpoint, region, bucket, prefix, threads = sys.argv[1:]
    path_style = Config(s3={"addressing_style": "path"}, max_pool_connections=int(threads))
    client = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=path_style)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page["Contents"]]

    def download(key: str) -> int:
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        return sum(map(len, body.iter_chunks(BLOCK_BYTES)))

    with ThreadPoolExecutor(int(threads)) as pool:
        print(sum(pool.map(download, keys)), "bytes")


if __name__ == "__main__":
    main()
