package org.reuseaddr.socket;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * java.lang.foreign reached by reflection, since the jar is built on Java 17, which does not have it. Reflection
 * ends when a handle is linked: the handles themselves are as direct as if they had been written in source.
 */
final class ForeignLinker {

    private static final long RTLD_DEFAULT = 0;

    private final Class<?> segmentClass = type("MemorySegment");
    private final Class<?> layoutClass = type("MemoryLayout");
    private final Class<?> descriptorClass = type("FunctionDescriptor");
    private final Class<?> optionClass = type("Linker$Option");
    private final Object javaInt = constant("JAVA_INT");
    private final Object javaLong = constant("JAVA_LONG");
    private final Object linker = call(type("Linker"), "nativeLinker", null, List.of());
    private final MethodHandle dlsym = link(defaultSymbol("dlsym"), long.class, List.of(long.class, long.class), false);

    /**
     * Links a function of the process that returns an int. The first parameter of the handle is the segment that
     * receives errno, typed Object; pointers are longs.
     *
     * <p>dlsym(RTLD_DEFAULT) finds the symbol, not the linker's own look-up, which searches libc alone and would
     * pass by a preloaded library.
     */
    MethodHandle function(String name, Class<?>... parameters) {
        MethodHandle handle = link(symbol(name), int.class, List.of(parameters), true);
        return handle.asType(handle.type().changeParameterType(0, Object.class));
    }

    /** Links a function without parameters that returns a long and has no errno. */
    MethodHandle longFunction(String name) {
        return link(symbol(name), long.class, List.of(), false);
    }

    private Object symbol(String name) {
        return call(segmentClass, "ofAddress", null, List.of(long.class), addressOf(name));
    }

    /**
     * The address of a function of the process.
     *
     * @throws UnsatisfiedLinkError if it has none of this name
     */
    long addressOf(String name) {
        long address;
        ByteBuffer text = SocketCalls.allocate(name.length() + 1);
        text.put(name.getBytes(StandardCharsets.US_ASCII));
        try {
            address = (long) dlsym.invokeExact(RTLD_DEFAULT, addressOf(segmentOf(text.rewind())));
        } catch (Throwable e) {
            throw new LinkageError("dlsym(" + name + ")", e);
        } finally {
            // The call knows the text by its address alone: without this the buffer could be freed under it.
            Reference.reachabilityFence(text);
        }
        if (address == 0) {
            throw new UnsatisfiedLinkError("the C library of this platform has no " + name);
        }
        return address;
    }

    /** A segment over a direct buffer, as an object that the handles' first parameter takes. */
    Object segmentOf(ByteBuffer direct) {
        return call(segmentClass, "ofBuffer", null, List.of(java.nio.Buffer.class), direct);
    }

    /** The address of a segment's first byte; it is good for as long as the buffer under the segment is reachable. */
    long addressOf(Object segment) {
        return (long) call(segmentClass, "address", segment, List.of());
    }

    private MethodHandle link(Object symbol, Class<?> result, List<Class<?>> parameters, boolean captureErrno) {
        Object layouts = Array.newInstance(layoutClass, parameters.size());
        for (int i = 0; i < parameters.size(); i++) {
            Array.set(layouts, i, layout(parameters.get(i)));
        }
        Object descriptor = call(descriptorClass, "of", null, List.of(layoutClass, layouts.getClass()), layout(result), layouts);
        Object options = Array.newInstance(optionClass, captureErrno ? 1 : 0);
        if (captureErrno) {
            Array.set(options, 0, call(optionClass, "captureCallState", null, List.of(String[].class), (Object) new String[] {"errno"}));
        }
        return (MethodHandle) call(type("Linker"), "downcallHandle", linker,
                List.of(segmentClass, descriptorClass, options.getClass()), symbol, descriptor, options);
    }

    private Object layout(Class<?> primitive) {
        return primitive == int.class ? javaInt : javaLong;
    }

    private Object defaultSymbol(String name) {
        Object lookup = call(type("Linker"), "defaultLookup", linker, List.of());
        Optional<?> found = (Optional<?>) call(type("SymbolLookup"), "find", lookup, List.of(String.class), name);
        return found.orElseThrow(() -> new UnsatisfiedLinkError("the C library of this platform has no " + name));
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName("java.lang.foreign." + name);
        } catch (ClassNotFoundException e) {
            throw new LinkageError("this Java has no java.lang.foreign", e);
        }
    }

    private static Object constant(String name) {
        try {
            return type("ValueLayout").getField(name).get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("java.lang.foreign has no " + name, e);
        }
    }

    private static Object call(Class<?> owner, String name, Object receiver, List<Class<?>> types, Object... arguments) {
        try {
            Method method = owner.getMethod(name, types.toArray(Class<?>[]::new));
            return method.invoke(receiver, arguments);
        } catch (InvocationTargetException e) {
            throw new LinkageError("java.lang.foreign: " + name, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("java.lang.foreign: " + name, e);
        }
    }
}
