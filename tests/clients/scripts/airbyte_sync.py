"""Run Airbyte's Zoho CRM source as Airbyte does: check, discover, read everything, read what is new.

    python airbyte_sync.py FOLDER CONFIG

Python is that of the environment in which the source is installed; CONFIG is its configuration as JSON. Prints one JSON
object: what each step found, and the records that do not fit the schema that the source itself discovered.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from jsonschema import Draft7Validator
from source_zoho_crm.api import ZohoAPI

SOURCE = str(Path(sys.executable).parent / "source-zoho-crm")


def written(path, content):
    path.write_text(json.dumps(content))
    return str(path)


def messages(*arguments):
    """The messages of a command of the source; it prints one in each line."""
    ran = subprocess.run([SOURCE, *arguments], capture_output=True, text=True, timeout=240)
    found = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    logged = [item["log"] for item in found if item["type"] == "LOG"]
    errors = [item["trace"]["error"] for item in found if item["type"] == "TRACE" and item["trace"]["type"] == "ERROR"]
    return ran.returncode, found, logged, errors


def summary(returncode, logged, errors):
    return {
        "exit": returncode,
        "errors": [error.get("internal_message") or error["message"] for error in errors],
        "warnings": [item["message"] for item in logged if item["level"] not in ("INFO", "DEBUG")],
    }


def read(config, folder, streams, state=None):
    configured = [
        {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append"} for stream in streams
    ]
    arguments = ["read", "--config", config, "--catalog", written(folder / "catalog.json", {"streams": configured})]
    if state is not None:
        arguments += ["--state", written(folder / "state.json", state)]
    code, found, logged, errors = messages(*arguments)
    validators = {stream["name"]: Draft7Validator(stream["json_schema"]) for stream in streams}
    counts, invalid = Counter(), set()
    for item in found:
        if item["type"] == "RECORD":
            name, record = item["record"]["stream"], item["record"]["data"]
            counts[name] += 1
            for error in validators[name].iter_errors(record):
                invalid.add(f"{name} {'.'.join(map(str, error.path))}: {error.validator}")
    states = [item["state"] for item in found if item["type"] == "STATE"]
    return {**summary(code, logged, errors), "records": counts, "invalid": sorted(invalid)}, states


def main(folder, config_text):
    config = written(folder / "config.json", json.loads(config_text))
    code, found, logged, errors = messages("check", "--config", config)
    status = [item["connectionStatus"]["status"] for item in found if item["type"] == "CONNECTION_STATUS"]
    result = {"check": {**summary(code, logged, errors), "status": status}}
    code, found, logged, errors = messages("discover", "--config", config)
    streams = [stream for item in found if item["type"] == "CATALOG" for stream in item["catalog"]["streams"]]
    result["discover"] = {
        **summary(code, logged, errors),
        "concurrency": ZohoAPI(json.loads(config_text)).max_concurrent_requests,
        "streams": {stream["name"]: len(stream["json_schema"]["properties"]) for stream in streams},
    }
    result["read"], states = read(config, folder, streams)
    latest = {item["stream"]["stream_descriptor"]["name"]: item for item in states if item.get("type") == "STREAM"}
    result["again"], _ = read(config, folder, streams, list(latest.values()))
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
