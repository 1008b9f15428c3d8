<?php
// Front page of the lab's Adminer image: Adminer with the server of ADMINER_DEFAULT_SERVER filled in.
function adminer_object()
{
    class LabAdminer extends Adminer
    {
        public function loginFormField($name, $heading, $value)
        {
            $server = getenv('ADMINER_DEFAULT_SERVER') ?: 'db';
            $empty = 'name="auth[server]" value=""';
            $filled = 'name="auth[server]" value="' . htmlspecialchars($server, ENT_QUOTES) . '"';
            return parent::loginFormField($name, $heading, str_replace($empty, $filled, $value));
        }
    }
    return new LabAdminer();
}

include '/usr/share/adminer/adminer.php';
