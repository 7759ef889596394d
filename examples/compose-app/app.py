"""An app as it would run against the real service: the official Python SDK with its US data centre, nothing patched.

Only its environment leads it to mockcrm: the host names resolve to the server, and REQUESTS_CA_BUNDLE is its CA.
Schedules a mass update of every Account and prints the finished job as one line of JSON.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from zcrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zcrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zcrmsdk.src.com.zoho.api.logger import Logger
from zcrmsdk.src.com.zoho.crm.api.dc import USDataCenter
from zcrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zcrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
from zcrmsdk.src.com.zoho.crm.api.record import (
    GetMassUpdateStatusParam,
    MassUpdateBodyWrapper,
    Record,
    RecordOperations,
)
from zcrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zcrmsdk.src.com.zoho.crm.api.user_signature import UserSignature
from zcrmsdk.src.com.zoho.crm.api.util import Choice

ALL_ACCOUNTS = os.environ.get("ACCOUNTS_VIEW", "554023000000091515")


def sign_in(folder: Path) -> None:
    """Initialize the SDK; it stores its token and the fields of the modules in `folder`."""
    Initializer.initialize(
        UserSignature("patricia@zylker.example"),
        USDataCenter.PRODUCTION(),
        OAuthToken(
            client_id=os.environ.get("CLIENT_ID", "1000.DEMOCLIENT"),
            client_secret=os.environ.get("CLIENT_SECRET", "demo-secret"),
            refresh_token=os.environ.get("REFRESH_TOKEN", "1000.demo.refresh"),
        ),
        store=FileStore(str(folder / "tokens.txt")),
        sdk_config=SDKConfig(auto_refresh_fields=False, pick_list_validation=True),
        resource_path=str(folder),
        logger=Logger.get_instance(Logger.Levels.INFO, str(folder / "sdk.log")),
    )


def schedule() -> str:
    """Set the industry of every Account and return the id of the job."""
    record = Record()
    record.add_key_value("Industry", Choice("Education"))
    body = MassUpdateBodyWrapper()
    body.set_data([record])
    body.set_cvid(ALL_ACCOUNTS)
    (taken,) = RecordOperations().mass_update_records("Accounts", body).get_object().get_data()
    if taken.get_code().get_value() != "SUCCESS":
        sys.exit(f"refused: {taken.get_message().get_value()}")
    return str(taken.get_details()["job_id"])


def finished(job_id: str) -> dict[str, object]:
    """Wait until the job has ended and return it."""
    params = ParameterMap()
    params.add(GetMassUpdateStatusParam.job_id, job_id)
    while True:
        (job,) = RecordOperations().get_mass_update_status("Accounts", params).get_object().get_data()
        status = job.get_status().get_value()
        if status not in ("SCHEDULED", "RUNNING"):
            return {"status": status, "updated": job.get_updated_count(), "total": job.get_total_count()}
        time.sleep(0.2)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sign_in(Path(folder))
        print(json.dumps(finished(schedule())), flush=True)


if __name__ == "__main__":
    main()
