import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** One container for all tests of the JVM; Testcontainers removes it when the JVM ends. */
final class MockCrmServer {
    private static final int PORT = 9646;
    private static final GenericContainer<?> CONTAINER = new GenericContainer<>(DockerImageName.parse("mockcrm"))
            .withExposedPorts(PORT)
            .waitingFor(Wait.forHttp("/_mockcrm/health").forPort(PORT));

    private MockCrmServer() {}

    /** Starts it, the first time, and tells MockCrmOrg where it is. */
    static synchronized void start() {
        CONTAINER.start(); // does nothing when it runs
        System.setProperty("mockcrm.url", "http://" + CONTAINER.getHost() + ":" + CONTAINER.getMappedPort(PORT));
    }
}
