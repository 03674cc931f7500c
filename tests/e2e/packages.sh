#!/bin/sh
# Installs the Debian packages that end-to-end tests need, where that is possible, and says what is skipped
# where it is not. `make test` runs it; it never fails, and takes no time where everything is there.

missing=""
need() {  # need PACKAGE PROGRAM WHAT-FOR
    PATH="$PATH:/usr/sbin:/sbin" command -v "$2" >/dev/null 2>&1 || missing="$missing $1"
}

look() {
    missing=""
    need postfix postfix
    need chromium chromium
    need poppler-utils pdftotext
    need qpdf qpdf
}

look
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the end-to-end tests:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # Postfix would otherwise ask how to set itself up, and start: the tests run instances of their own.
    if command -v debconf-set-selections >/dev/null 2>&1; then
        echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections 2>/dev/null
    fi
    install() {
        # shellcheck disable=SC2086
        apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=60 $missing >/dev/null 2>&1
    }
    install || { apt-get update -qq >/dev/null 2>&1; install; }
    look
else
    echo "Not root, or no apt-get: cannot install$missing."
fi

for package in $missing; do
    case $package in
        postfix) what="tests that need a real Postfix in front of and behind the gateway" ;;
        chromium) what="tests that look at pages in a browser" ;;
        poppler-utils) what="tests that compare PDFs as poppler shows them" ;;
        qpdf) what="tests that have qpdf check rewritten PDFs" ;;
    esac
    echo "Skipped for want of $package: $what."
done
exit 0
