[ "$(tr '\n' ' ' < settings.ini)" = '[download] retries = 2 timeout = 30 [upload] retries = 5 timeout = 60 ' ] || { cat settings.ini; exit 1; }
