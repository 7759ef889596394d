import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls the tests of a class by name and prints each that passed; the first failure ends it. */
final class Runner {
    public static void main(String[] names) throws Exception {
        Class<?> tests = Class.forName(names[0]);
        Constructor<?> constructor = tests.getDeclaredConstructor();
        for (Method method : marked(tests, Test.class)) {
            Object instance = constructor.newInstance();
            call(instance, BeforeEach.class);
            try {
                method.invoke(instance);
            } finally {
                call(instance, AfterEach.class);
            }
            System.out.println(method.getName());
        }
    }

    private static void call(Object instance, Class<? extends Annotation> mark) throws Exception {
        for (Method method : marked(instance.getClass(), mark)) {
            method.invoke(instance);
        }
    }

    private static Method[] marked(Class<?> tests, Class<? extends Annotation> mark) {
        return Arrays.stream(tests.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(mark))
                .sorted(Comparator.comparing(Method::getName))
                .toArray(Method[]::new);
    }
}
