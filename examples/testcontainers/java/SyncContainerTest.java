import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SyncContainerTest {
    private MockCrmOrg crm;

    @BeforeAll
    static void startServer() {
        MockCrmServer.start();
    }

    @BeforeEach
    void makeOrg() throws Exception {
        crm = new MockCrmOrg("\"demo\"");
    }

    @AfterEach
    void deleteOrg() throws Exception {
        crm.delete();
    }

    @Test
    void theDemoOrgHasAccounts() throws Exception {
        assertEquals(200, crm.api("GET", "/crm/v2/Accounts", "").statusCode());
    }
}
