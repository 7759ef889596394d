package org.junit.jupiter.api;

import java.util.Objects;

/** What docs/quickstart-junit.md uses of JUnit's class of that name. */
public final class Assertions {
    private Assertions() {}

    public static void assertEquals(Object expected, Object actual) {
        assertTrue(Objects.equals(expected, actual), "expected " + expected + ", got " + actual);
    }

    public static void assertTrue(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
