using System.Globalization;
using System.Runtime.InteropServices;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls;

/// <summary>
/// The system calls that need no look at their arguments, with their numbers on x86-64 and on arm64 (Linux's <c>unistd.h</c>). What is
/// neither here nor in <see cref="SystemCallRules"/> is refused: all that mounts, makes namespaces, holds keys, loads code into the
/// kernel, sets the machine's time or memory policy, looks into other processes' memory but as a debugger, and what is obsolete.
/// </summary>
internal static class SystemCallTable
{
    /// <summary>The newest call that was judged; what is newer does not exist for programs, which then do without.</summary>
    public const int Newest = 467;

    /// <summary>A line that ends with a colon is a heading; a call is a name and two numbers, of which one may be missing.</summary>
    private const string Allowed = """
        Files:
        access 21 -, faccessat 269 48, faccessat2 439 439, close 3 57, close_range 436 436, dup 32 23, dup2 33 -, dup3 292 24, chdir 80 49,
        fchdir 81 50, getcwd 79 17, chown 92 -, fchown 93 55, fchownat 260 54, lchown 94 -, copy_file_range 326 285, sendfile 40 71, splice 275 76,
        tee 276 77, vmsplice 278 75, fadvise64 221 223, fallocate 285 47, truncate 76 45, ftruncate 77 46, fcntl 72 25, flock 73 32, fdatasync 75 83,
        fsync 74 82, sync 162 81, syncfs 306 267, sync_file_range 277 84, stat 4 -, fstat 5 80, lstat 6 -, newfstatat 262 79, statx 332 291,
        statfs 137 43, fstatfs 138 44, getdents 78 -, getdents64 217 61, ioctl 16 29, link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36,
        readlink 89 -, readlinkat 267 78, mkdir 83 -, mkdirat 258 34, rename 82 -, renameat 264 38, renameat2 316 276, rmdir 84 -, unlink 87 -,
        unlinkat 263 35, getxattr 191 8, fgetxattr 193 10, lgetxattr 192 9, listxattr 194 11, flistxattr 196 13, llistxattr 195 12, setxattr 188 5,
        fsetxattr 190 7, lsetxattr 189 6, removexattr 197 14, fremovexattr 199 16, lremovexattr 198 15, setxattrat 463 463, getxattrat 464 464,
        listxattrat 465 465, removexattrat 466 466, lseek 8 62, read 0 63, pread64 17 67, preadv 295 69, preadv2 327 286, readv 19 65, write 1 64,
        pwrite64 18 68, pwritev 296 70, pwritev2 328 287, writev 20 66, readahead 187 213, umask 95 166, utime 132 -, utimes 235 -, utimensat 280 88,
        futimesat 261 -, pipe 22 -, pipe2 293 59, inotify_init 253 -, inotify_init1 294 26, inotify_add_watch 254 27, inotify_rm_watch 255 28,
        memfd_create 319 279, memfd_secret 447 447, cachestat 451 451,

        Waiting:
        epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22, epoll_pwait2 441 441, poll 7 -, ppoll 271 73,
        select 23 -, pselect6 270 72, eventfd 284 -, eventfd2 290 19, signalfd 282 -, signalfd4 289 74, io_setup 206 0, io_destroy 207 1,
        io_submit 209 2, io_cancel 210 3, io_getevents 208 4, io_pgetevents 333 292, futex 202 98, futex_waitv 449 449, futex_wake 454 454,
        futex_wait 455 455, futex_requeue 456 456, get_robust_list 274 100, set_robust_list 273 99, restart_syscall 219 128, pause 34 -,

        Memory:
        brk 12 214, mmap 9 222, mremap 25 216, munmap 11 215, mprotect 10 226, madvise 28 233, msync 26 227, mincore 27 232, mlock 149 228,
        mlock2 325 284, mlockall 151 230, munlock 150 229, munlockall 152 231, membarrier 324 283, pkey_alloc 330 289, pkey_free 331 290,
        pkey_mprotect 329 288, remap_file_pages 216 234, mseal 462 462, map_shadow_stack 453 453,

        Processes, their limits and signals:
        fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95, getpid 39 172,
        getppid 110 173, gettid 186 178, getpgid 121 155, getpgrp 111 -, getsid 124 156, setpgid 109 154, setsid 112 157, set_tid_address 218 96,
        kill 62 129, tkill 200 130, tgkill 234 131, pidfd_open 434 434, pidfd_send_signal 424 424, process_mrelease 448 448, ptrace 101 117,
        prctl 157 167, arch_prctl 158 -, rseq 334 293, seccomp 317 277, landlock_create_ruleset 444 444, landlock_add_rule 445 445,
        landlock_restrict_self 446 446, getrlimit 97 163, setrlimit 160 164, prlimit64 302 261, getrusage 98 165, getpriority 140 141,
        setpriority 141 140, ioprio_get 252 31, ioprio_set 251 30, getcpu 309 168, sched_yield 24 124, sched_getaffinity 204 123,
        sched_setaffinity 203 122, sched_getattr 315 275, sched_setattr 314 274, sched_getparam 143 121, sched_setparam 142 118,
        sched_getscheduler 145 120, sched_setscheduler 144 119, sched_get_priority_max 146 125, sched_get_priority_min 147 126,
        sched_rr_get_interval 148 127, rt_sigaction 13 134, rt_sigpending 127 136, rt_sigprocmask 14 135, rt_sigqueueinfo 129 138,
        rt_tgsigqueueinfo 297 240, rt_sigreturn 15 139, rt_sigsuspend 130 133, rt_sigtimedwait 128 137, sigaltstack 131 132,

        Identities, which cannot grow:
        getuid 102 174, geteuid 107 175, getgid 104 176, getegid 108 177, getresuid 118 148, getresgid 120 150, getgroups 115 158, setuid 105 146,
        setgid 106 144, setreuid 113 145, setregid 114 143, setresuid 117 147, setresgid 119 149, setfsuid 122 151, setfsgid 123 152, setgroups 116 159,
        capget 125 90, capset 126 91,

        Time and this machine:
        time 201 -, times 100 153, gettimeofday 96 169, nanosleep 35 101, clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115,
        clock_adjtime 305 266, adjtimex 159 171, alarm 37 -, getitimer 36 102, setitimer 38 103, timer_create 222 107, timer_delete 226 111,
        timer_getoverrun 225 109, timer_gettime 224 108, timer_settime 223 110, timerfd_create 283 85, timerfd_gettime 287 87, timerfd_settime 286 86,
        uname 63 160, sysinfo 99 179, getrandom 318 278,

        Messages: what sort of socket there is, a rule says:
        socketpair 53 199, bind 49 200, listen 50 201, accept 43 202, accept4 288 242, connect 42 203, getsockname 51 204, getpeername 52 205,
        getsockopt 55 209, setsockopt 54 208, shutdown 48 210, recvfrom 45 207, recvmsg 47 212, recvmmsg 299 243, sendto 44 206, sendmsg 46 211,
        sendmmsg 307 269, semget 64 190, semop 65 193, semctl 66 191, semtimedop 220 192, shmget 29 194, shmat 30 196, shmdt 67 197, shmctl 31 195,
        msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, mq_open 240 180, mq_unlink 241 181, mq_timedsend 242 182, mq_timedreceive 243 183,
        mq_notify 244 184, mq_getsetattr 245 185,
        """;

    /// <summary>The numbers of the allowed calls on an architecture.</summary>
    public static HashSet<int> NumbersOf(Architecture architecture) =>
    [
        .. from call in Entries
           let number = architecture == Architecture.Arm64 ? call.Arm64 : call.X64
           where number is not null
           select number.Value,
    ];

    /// <summary>The allowed calls by name, with their numbers; null where an architecture has none.</summary>
    public static IEnumerable<(string Name, int? X64, int? Arm64)> Entries =>
        from line in Allowed.Split('\n')
        where !line.EndsWith(':')
        from entry in line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        let words = entry.Split(' ')
        select (words[0], Number(words[1]), Number(words[2]));

    private static int? Number(string word) => word == "-" ? null : int.Parse(word, CultureInfo.InvariantCulture);
}
