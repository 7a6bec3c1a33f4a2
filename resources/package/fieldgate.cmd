@echo off
rem The fieldgate command of an installed app: the same engine, without a window.
"%~dp0..\..\Fieldgate.exe" --cli %*
exit /b %errorlevel%
