package org.reuseaddr.platform;

/** Whose implementation of the Linux system calls answers here. */
public enum PlatformKind {
    /** A Linux kernel on a machine of its own, virtual or not. */
    LINUX("linux"),
    /** Windows Subsystem for Linux 1: system calls answered by the Windows kernel. */
    WSL1("wsl1"),
    /** Windows Subsystem for Linux 2: a Linux kernel in a virtual machine whose ports Windows tracks. */
    WSL2("wsl2"),
    /** gVisor: system calls answered by a Go program, with a TCP stack of its own. */
    GVISOR("gvisor"),
    /** User-mode Linux: a Linux kernel as an ordinary process. */
    UML("uml"),
    /** Nothing here tells, as without /proc. */
    UNKNOWN("unknown");

    private final String label;

    PlatformKind(String label) {
        this.label = label;
    }

    /** The kind as file names and CSV columns spell it: lower-case letters and digits. */
    public String label() {
        return label;
    }

    /** Whether Windows is the host, so that the questions of microsoft/WSL's bug form apply. */
    public boolean isWsl() {
        return this == WSL1 || this == WSL2;
    }
}
