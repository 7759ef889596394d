import assert from "node:assert/strict";
import test from "node:test";

import { GenericContainer, Wait } from "testcontainers";

const PORT = 9646;
const container = await new GenericContainer("mockcrm")
  .withExposedPorts(PORT)
  .withWaitStrategy(Wait.forHttp("/_mockcrm/health", PORT))
  .start();
test.after(() => container.stop());

// mockcrm.mjs reads the address when it is loaded.
process.env.MOCKCRM_URL = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
const { newOrg } = await import("./mockcrm.mjs");

test("a lead is updated", async (t) => {
  const id = "554023000000480001";
  const lead = { id, fields: { Last_Name: "Boyle", Company: "Zylker" } };
  const org = await newOrg(t, { records: { Leads: [lead] } });

  const response = await org.api("POST", "/crm/v2/Leads/actions/mass_update", { data: [{ City: "Erode" }], ids: [id] });

  assert.equal(response.body.data[0].code, "SUCCESS");
});
