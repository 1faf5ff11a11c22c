/**
 * What machine this is: the kernel that answers system calls (Linux, WSL 1, WSL 2, gVisor, User-mode Linux), what it
 * runs in (container, virtual machine), the settings that bind, listen and accept depend on, the CPU and the JVM; and
 * what of it would spoil a result.
 *
 * <p>Depends on the JDK alone and on no other package of the suite. Everything is read, nothing is changed; a file
 * that does not exist is a fact that is not known, never an error.
 */
package org.reuseaddr.platform;
